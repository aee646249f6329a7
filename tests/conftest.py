"""Which tests share a process, where several processes run them."""

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Tests of one trained model, or of one server, go together, so that it is made once; others
    go by file."""
    for item in items:
        pair = item.callspec.params.get("pair") if hasattr(item, "callspec") else None
        group = "-by-".join(pair) if pair else item.nodeid.split("::")[0]
        if "server" in getattr(item, "fixturenames", ()):
            group = "server"
        item.add_marker(pytest.mark.xdist_group(group))
