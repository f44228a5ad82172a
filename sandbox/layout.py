"""Where the sandbox keeps each kind of file below its state folder."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """Folders and files of one sandbox."""

    root: Path

    @property
    def state_file(self) -> Path:
        """`state.json`: process ids and ports, written by the daemon."""
        return self.root / "state.json"

    @property
    def deliveries_file(self) -> Path:
        """`deliveries.json`: what every execution of every CodePipeline did."""
        return self.root / "deliveries.json"

    @property
    def deliveries(self) -> Path:
        """`deliveries/<pipeline>/<number>/<artifact>`: the artifacts of each execution."""
        return self.root / "deliveries"

    @property
    def programs(self) -> Path:
        """The folder that comes first on the PATH of a build: what stands in for `aws`, `docker` and `pip`."""
        return self.root / "programs"

    @property
    def stand_ins(self) -> Path:
        """What the stand-ins keep from one build to the next, the files of built images among it."""
        return self.root / "stand-ins"

    @property
    def builds(self) -> Path:
        """One folder for each build that no pipeline started."""
        return self.root / "builds"

    @property
    def containers_file(self) -> Path:
        """`containers.json`: engine and images of a sandbox that runs containers; there is none for processes."""
        return self.root / "containers.json"

    @property
    def daemon_log(self) -> Path:
        """`sandbox.log`: the daemon's own log."""
        return self.root / "sandbox.log"

    @property
    def children(self) -> Path:
        """One file for each living child process group."""
        return self.root / "children"

    @property
    def jobs(self) -> Path:
        """One folder for each job: the emulated `/opt/ml`."""
        return self.root / "jobs"

    @property
    def endpoints(self) -> Path:
        """One folder for each endpoint server: the emulated `/opt/ml`."""
        return self.root / "endpoints"

    @property
    def repositories(self) -> Path:
        """One bare git repository for each of the project's, `<name>.git`."""
        return self.root / "repositories"

    @property
    def logs(self) -> Path:
        """`logs/<execution>/<step>.log`, kept until somebody deletes them."""
        return self.root / "logs"

    @property
    def scratch(self) -> Path:
        """TMPDIR of everything that the sandbox starts: one, near the root, as sockets' paths must be short."""
        return self.root / "tmp"

    @property
    def home(self) -> Path:
        """HOME, caches and configuration folders of everything that the sandbox starts."""
        return self.root / "home"

    def volatile(self) -> list[Path]:
        """What belongs to one life of the daemon: moto's memory does not outlive it, so neither do these."""
        return [
            self.children,
            self.jobs,
            self.endpoints,
            self.deliveries,
            self.programs,
            self.stand_ins,
            self.builds,
            self.repositories,
            self.scratch,
        ]
