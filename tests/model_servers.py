"""Servers that tests ask instead of a provider's, each in a process of its own.

To share one server between test files, name the fixture in conftest.py:
`from tests.model_servers import tiny_model_url as tiny_model_url`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def server_process(module: str, arguments: Sequence[str] = ()) -> Iterator[str]:
    """The base URL of a server that runs as `python -m module` until the block ends.

    The module prints its base URL as its first line. It is told to end with its standard input, so that it does not
    outlive this process, however that ends.
    """
    command = [sys.executable, "-m", module, *arguments, "--until-eof"]
    with subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            base_url = process.stdout.readline().strip()
            assert base_url.startswith("http://127.0.0.1:"), f"{module} did not start"
            yield base_url
        finally:
            process.kill()  # it keeps nothing that a gentler end would save


@pytest.fixture(scope="session")
def tiny_model_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of llama.cpp's server over a tiny random model; skips where the packages are not installed."""
    for package in ("xllamacpp", "gguf"):
        pytest.importorskip(package)
    model = tmp_path_factory.mktemp("model") / "tiny.gguf"
    with server_process("tests.tiny_model", ["--model", str(model)]) as base_url:
        yield base_url
