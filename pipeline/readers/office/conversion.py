"""LibreOffice as a converter: one file in, a .docx out, in a process of its own that is not trusted.

The process has a fresh profile (so that many run side by side), runs no macro, updates no link, reaches no network
through its own settings, and dies with all its children when its time is over.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pipeline.errors import DamagedFile, MissingTool, TooLarge

MAX_SECONDS = 120
"""A report takes one or two; the first start on a cold disk up to twenty."""
MAX_OUTPUT = 100 * 2**20
_TRIES = 2
_MAX_MEMORY_KB = 4 * 2**20
_BLOCK = 512  # what ulimit -f counts in
INSTALL = "apt-get install libreoffice-writer-nogui" if sys.platform == "linux" else "https://zh-cn.libreoffice.org"
_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:\\Program Files\\LibreOffice\\program\\soffice.exe",
)
_RESAVE = "请用 Word 或 WPS 打开后另存为 .docx，再试一次。"
_NOWHERE = "127.0.0.1"
_SETTINGS = (
    ("Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Common/Security/Scripting", "DisableActiveContent", "true"),
    ("Writer/Content/Update", "Link", "0"),
    ("Common/Java", "Enable", "false"),
)
_PROXY = (("ooInetProxyType", "2"), ("ooInetHTTPProxyPort", "9"), ("ooInetHTTPSProxyPort", "9"))
_PROXY_NAMES = ("ooInetHTTPProxyName", "ooInetHTTPSProxyName")


def find_libreoffice() -> str | None:
    """The program that LibreOffice starts with, or ``None`` where there is none."""
    for name in ("soffice", "libreoffice"):
        if found := shutil.which(name):
            return found
    return next((place for place in _PLACES if os.path.exists(place)), None)


def converted(data: bytes, suffix: str, name: str) -> bytes:
    """The .docx that LibreOffice makes of a file's bytes.

    Raises ``MissingTool`` without LibreOffice, ``DamagedFile`` where it makes nothing of the file, ``TooLarge`` where
    it takes too long or makes too much of it.
    """
    program = find_libreoffice()
    if program is None:
        raise MissingTool(
            f"读取这种旧格式需要 LibreOffice，本机没有找到：{name}",
            f"请安装（{INSTALL}），或{_RESAVE[1:]}",
        )
    with tempfile.TemporaryDirectory(prefix="extract-office-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        given, output = place / f"report{suffix}", place / "out" / "report.docx"
        given.write_bytes(data)
        write_profile(place / "profile")
        profile = f"-env:UserInstallation={(place / 'profile').as_uri()}"
        switches = ("--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo")
        target = ("--convert-to", "docx:MS Word 2007 XML", "--outdir", str(output.parent))
        for _ in range(_TRIES):  # its exit code is 0 where it cannot read the file: any other is a failure of its own
            if run_limited((program, profile, *switches, *target, str(given)), place, name) == 0 or output.exists():
                break
        if not output.exists():
            raise DamagedFile(f"LibreOffice 打不开这个文件，可能已损坏或已加密：{name}", _RESAVE)
        if output.stat().st_size >= MAX_OUTPUT:
            raise _too_large(name)
        return output.read_bytes()


def write_profile(folder: Path) -> None:
    """Writes a LibreOffice profile that runs no macro, updates no link, and has a proxy that leads nowhere."""
    items = [_item(f"org.openoffice.Office.{path}", name, value) for path, name, value in _SETTINGS]
    items += [_item("org.openoffice.Inet/Settings", name, value) for name, value in _PROXY]
    items += [_item("org.openoffice.Inet/Settings", name, _NOWHERE) for name in _PROXY_NAMES]
    (folder / "user").mkdir(parents=True)
    (folder / "user" / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
        + "\n".join(items)
        + "\n</oor:items>\n",
        encoding="utf-8",
    )


def run_limited(command: Sequence[str], folder: Path, name: str) -> int:
    """The exit code of a command, which is killed with all that it started, and ``TooLarge`` raised, after its time."""
    posix = os.name == "posix"
    process = subprocess.Popen(
        [*_limits(), *command] if posix else command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=_environment(folder),
        cwd=folder,
        start_new_session=posix,
    )
    try:
        return process.wait(MAX_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise TooLarge(f"LibreOffice 转换超过 {MAX_SECONDS} 秒：{name}", _RESAVE) from error
    finally:
        _kill(process)


def _environment(folder: Path) -> dict[str, str]:
    """The environment with proxies that lead nowhere, and the folder as the only place to leave files in."""
    kept = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    nowhere = {f"{scheme}_proxy": f"http://{_NOWHERE}:9" for scheme in ("http", "https", "ftp")}
    return {**kept, **nowhere, "HOME": str(folder), "TMPDIR": str(folder)}


def _limits() -> tuple[str, ...]:
    """A shell that bounds what the command may write and take, and then becomes it."""
    blocks = MAX_OUTPUT // _BLOCK
    return ("/bin/sh", "-c", f'ulimit -f {blocks}; ulimit -v {_MAX_MEMORY_KB} 2>/dev/null; exec "$@"', "sh")


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Ends a process and, where there are process groups, all that it started, also after it ended itself."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


def _item(path: str, name: str, value: str) -> str:
    return f'<item oor:path="/{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'


def _too_large(name: str) -> TooLarge:
    return TooLarge(
        f"文件转换后过大：{name}（上限 {MAX_OUTPUT // 2**20} MB）",
        "绩效自评报告不会这么大；请确认文件来源，或拆分后再处理。",
    )
