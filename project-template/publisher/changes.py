"""Brings what changed between two published versions into a team's repository, as a branch to merge.

The branch holds the template's own history: a commit for each version, and nothing of the team's. Merging it is a
three-way merge of what the template changed with what the team changed.
"""

from publisher.aws import Aws
from publisher.errors import PublishError
from publisher.git_branch import GitRepository
from publisher.layout import manifest_key, seed_key
from publisher.manifest import read_manifest
from publisher.options import ChangesOptions
from publisher.seed_files import SeedFile
from publisher.seed_zip import read_seed_zip

BRANCH = "template"


def changes(aws: Aws, options: ChangesOptions) -> list[str]:
    """Write the branch `template`; touches neither the working tree nor another branch. Returns the lines to tell.

    Raises:
        PublishError: a version is not published, or the branch is not at the old one; nothing was changed then.
    """
    bucket = options.target.bucket_name(aws)
    old, new = (_seed(aws, bucket, version, options.folder) for version in (options.old, options.new))
    repository = GitRepository(options.into)
    if repository.is_checked_out(BRANCH):
        message = f"{options.into} has the branch {BRANCH} checked out; check out another one first."
        raise PublishError(message)
    tip = repository.tip(BRANCH)
    if tip and repository.tree(tip) == repository.tree_of(new):
        return [
            f"The branch {BRANCH} holds version {options.new} already: nothing was changed.",
            *_how(repository, tip),
        ]
    if repository.tree_of(old) == repository.tree_of(new):
        return [f"{options.folder} is the same in {options.old} and {options.new}: nothing was changed."]
    parent = _at_old(repository, tip, old, options)
    repository.commit(BRANCH, new, f"{options.folder} {options.new} of the project template", parent)
    return [
        f"The branch {BRANCH} of {options.into} holds {options.folder} as version {options.new} has it.",
        *_how(repository, str(repository.tip(BRANCH))),
    ]


def _at_old(repository: GitRepository, tip: str | None, old: list[SeedFile], options: ChangesOptions) -> str:
    """The commit that the new version is put onto."""
    tree = repository.tree_of(old)
    if tip:
        if repository.tree(tip) != tree:
            message = (
                f"The branch {BRANCH} of {options.into} does not hold {options.folder} as version {options.old} has "
                "it; expected the version that was merged last: give that one, or delete the branch."
            )
            raise PublishError(message)
        return tip
    seeded = next((commit for commit in repository.commits() if repository.tree(commit) == tree), None)
    if seeded:
        repository.set_branch(BRANCH, seeded)
        return seeded
    repository.commit(BRANCH, old, f"{options.folder} {options.old} of the project template", None)
    return str(repository.tip(BRANCH))


def _how(repository: GitRepository, tip: str) -> list[str]:
    if repository.commits() and repository.merge_base("HEAD", tip):
        return [f"Merge it into a branch of yours, test, and push: git merge {BRANCH}"]
    # Without a common ancestor a merge would be of two unrelated trees; picking a commit compares with its parent.
    return [f"No commit of yours holds that older version, so take over the difference alone: git cherry-pick {BRANCH}"]


def _seed(aws: Aws, bucket: str, version: str, folder: str) -> list[SeedFile]:
    key = seed_key(version, folder)
    name = f"s3://{bucket}/{key}"
    listed, content = aws.get(bucket, manifest_key(version)), aws.get(bucket, key)
    if listed is None or content is None:
        raise PublishError(f"{name} is not there: version {version} is not published in {bucket}.")
    manifest = read_manifest(listed, f"s3://{bucket}/{manifest_key(version)}")
    manifest.require(key, content)
    return read_seed_zip(content, name)
