"""JupyterLab, Notebook 7 and Voila, each a server of the tests' own: own port, token and folders."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import REPOSITORY

# Whatever Jupyter reads or writes for a person lies below the folder of the server.
_FOLDERS = {
    "HOME": "home",
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "JUPYTERLAB_SETTINGS_DIR": "settings",
    "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    "IPYTHONDIR": "ipython",
    "MPLCONFIGDIR": "matplotlib",
}
# No question about news over the page, the kernel without asking, and every cell in the page.
_SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none", "autoStartDefaultKernel": True},
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
}
_SERVER = (
    "--no-browser --allow-root --ServerApp.ip=127.0.0.1 --ServerApp.port_retries=0 "
    "--ServerApp.log_level=WARN --ServerApp.terminals_enabled=False "
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate "
    "--LabApp.extension_manager=readonly --LabApp.news_url=None"
).split()


@dataclass(frozen=True)
class Host:
    """A running server: where it is, what lets one in, and the folder that it serves."""

    kind: str
    origin: str
    token: str
    root: Path

    def address(self, notebook: str) -> str:
        """Where a notebook is opened."""
        before = {"lab": "doc/tree", "notebook": "notebooks", "voila": "voila/render"}[self.kind]
        more = "reset&" if self.kind == "lab" else ""
        return f"{self.origin}/{before}/{notebook}?{more}token={self.token}"


@contextmanager
def serving(kind: str, folder: Path) -> Iterator[Host]:
    """Run one of the hosts on a free port, until the block ends."""
    root = folder / "notebooks"
    root.mkdir(parents=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    host = Host(kind, f"http://127.0.0.1:{port}", secrets.token_hex(16), root)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            _command(host, port),
            env=_environment(folder),
            cwd=root,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            _answering(host, process, folder / "log")
            yield host
        finally:
            _stop(process)


def _command(host: Host, port: int) -> list[str]:
    if host.kind == "voila":
        own = [
            "--Voila.ip=127.0.0.1",
            f"--Voila.token={host.token}",
            "--Voila.log_level=WARN",
            "--no-browser",
        ]
        return [
            sys.executable,
            "-m",
            "voila",
            str(host.root),
            f"--port={port}",
            "--show_tracebacks=True",
            *own,
        ]
    module, name = {"lab": ("jupyterlab", "LabApp"), "notebook": ("notebook", "JupyterNotebookApp")}[
        host.kind
    ]
    shown = [f"--{name}.expose_app_in_browser=True", f"--ServerApp.root_dir={host.root}"]
    at = [f"--ServerApp.port={port}", f"--IdentityProvider.token={host.token}"]
    return [sys.executable, "-m", module, *_SERVER, *shown, *at]


def _environment(folder: Path) -> dict[str, str]:
    own = {name: str(folder / sub) for name, sub in _FOLDERS.items()}
    for path in own.values():
        Path(path).mkdir(parents=True, exist_ok=True)
    lab = folder / "config" / "labconfig"
    lab.mkdir()
    (lab / "default_setting_overrides.json").write_text(json.dumps(_SETTINGS))
    (folder / "home" / ".cache").mkdir()
    path = os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH")]))
    kept = {name: value for name, value in os.environ.items() if name != "ANYWIDGET_HMR"}
    return kept | own | {"PYTHONPATH": path, "PYDEVD_DISABLE_FILE_VALIDATION": "1", "OMP_NUM_THREADS": "1"}


def _answering(host: Host, process: subprocess.Popen[bytes], log: Path, seconds: float = 90) -> None:
    path = "" if host.kind == "voila" else "api/status"
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{host.origin}/{path}?token={host.token}", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{host.kind} does not answer: {log.read_text(errors='replace')[-3000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()  # the server ends its kernels first
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
