"""Templates of the pages that people look at."""

import jinja2


def page_template(package: str, name: str) -> jinja2.Template:
    """Template `name` of a package: it escapes what it shows, and fails for a name that it is not given."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(package),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template(name)
