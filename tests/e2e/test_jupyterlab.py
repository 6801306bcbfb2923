"""Notebooks in JupyterLab in a real browser, as `make lab` starts it: another area, run all, and its page is there."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from lwo_analysis.paths import REPOSITORY
from tests.e2e.test_pages_in_chromium import HERE, require_browser

TOKEN = "of-this-test"
START_SECONDS = 60
STOP_SECONDS = 5
QUIET = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
"""Cells outside the window are drawn too, so that the test sees them; and JupyterLab does not ask whether it may fetch news."""
CHANGES = (
    ("02-comparison", "area = ", 'area = "bilgaard"', "Bilgaard"),
    ("00-areas-and-crosswalk", "area = ", 'area = "bilgaard"', "Bilgaard"),
    ("06-what-can-be-seen", "intervention = ", 'intervention = "I12"', "Baangaranties bij zes brancheketens"),
)

WITHOUT_OUTLINES = "00-areas-and-crosswalk"
"""Its figure is a map, and the outlines of wijken are not among the figures of these tests."""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not os.environ.get("LWO_SLOW"), reason="three notebooks in a browser take minutes; set LWO_SLOW=1"),
]


@pytest.fixture(scope="module")
def lab(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a JupyterLab on a copy of the notebooks, with its own data and settings; stopped by its id."""
    require_browser()
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(REPOSITORY / "notebooks", folder / "notebooks")
    for name, settings in QUIET.items():
        path = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        *(sys.executable, "-m", "jupyter", "lab", f"--notebook-dir={folder / 'notebooks'}", "--no-browser", "--allow-root"),
        *("--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"),
        "--LabApp.extension_manager=readonly",
    ]
    own = {"JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces", "JUPYTER_CONFIG_DIR": "config"}
    own |= {"JUPYTER_RUNTIME_DIR": "runtime", "JUPYTER_DATA_DIR": "share", "IPYTHONDIR": "ipython", "LWO_OUTPUTS": "outputs"}
    environment = {**os.environ, **{name: str(folder / value) for name, value in own.items()}, "LWO_DATA": str(real_data)}
    with (folder / "log.txt").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/api?token={TOKEN}", server, folder / "log.txt")
        yield f"http://127.0.0.1:{port}"
    finally:
        _stop(server)


@pytest.mark.parametrize(("name", "line", "changed", "expected"), CHANGES, ids=[change[0] for change in CHANGES])
def test_another_choice_and_run_all_give_its_page(lab, name, line, changed, expected):
    address = f"{lab}/lab/tree/{name}.ipynb?token={TOKEN}&reset"
    run = subprocess.run(
        ["node", str(HERE / "lab.mjs"), address, line, changed],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=HERE,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert found["changed"] == 1
    assert found["errors"] == []
    assert all(prompt.strip("[]:").isdigit() for prompt in found["prompts"]), found["prompts"]
    assert found["outside"] == []
    assert any(expected in text for text in found["texts"]), found["texts"]
    assert found["claims"] > 0
    assert found["images"] > 0 or name == WITHOUT_OUTLINES


def _stop(server: subprocess.Popen) -> None:
    """Ask the server to stop; it may wait without end for an extension, and its kernels end when it does."""
    server.terminate()
    try:
        server.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(START_SECONDS * 4):
        assert server.poll() is None, log.read_text(encoding="utf-8")
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.25)
    pytest.fail(f"JupyterLab did not start: {log.read_text(encoding='utf-8')}")
