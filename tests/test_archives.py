"""Archives: what is in them is read in memory, and what is wrong with them is told."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest

from pipeline import archives
from pipeline.archives import list_members, read_member
from pipeline.errors import DamagedFile, ReadError, TooLarge

WORDS = "绩效自评报告".encode()


def archive(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return path


def zipped(members: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return content.getvalue()


def encrypted(path: Path) -> Path:
    """An archive whose entries say that they are encrypted."""
    data = bytearray(archive(path, {"a.txt": WORDS}).read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(signature) + offset
        data[at : at + 2] = struct.pack("<H", struct.unpack("<H", data[at : at + 2])[0] | 1)
    path.write_bytes(data)
    return path


def test_what_is_no_archive_or_a_broken_one_is_told(tmp_path: Path) -> None:
    good = archive(tmp_path / "好.zip", {"a.txt": WORDS * 100}).read_bytes()
    for content in (b"", b"PK\x03\x04", b"\x00" * 100, good[: len(good) // 2]):
        (tmp_path / "坏.zip").write_bytes(content)
        with pytest.raises(DamagedFile) as raised:
            list(list_members(tmp_path / "坏.zip"))
        assert raised.value.hint
    with pytest.raises(ReadError):
        list(list_members(tmp_path / "无.zip"))


def test_a_member_with_a_wrong_sum_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:  # stored as it is
        file.writestr("坏.txt", b"A" * 50)
        file.writestr("好.txt", WORDS)
    path.write_bytes(path.read_bytes().replace(b"A" * 50, b"B" * 50))
    bad, good = list_members(path)
    with pytest.raises(DamagedFile):
        read_member(path, bad)
    assert read_member(path, good) == WORDS


def test_a_password_is_told(tmp_path: Path) -> None:
    path = encrypted(tmp_path / "密.zip")
    (member,) = list_members(path)
    with pytest.raises(DamagedFile, match="密码"):
        read_member(path, member)


def test_bombs_are_told_before_they_are_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = archive(tmp_path / "弹.zip", {"a.txt": b"\0" * (archives._SUSPECT_BYTES + 1)})
    (member,) = list_members(bomb)
    with pytest.raises(TooLarge):
        read_member(bomb, member)
    monkeypatch.setattr(archives, "MAX_UNPACKED", 10)
    with pytest.raises(TooLarge, match="解压后过大"):
        list(list_members(archive(tmp_path / "大.zip", {"a.txt": b"x" * 11})))
    monkeypatch.setattr(archives, "MAX_MEMBERS", 2)
    with pytest.raises(TooLarge, match="过多"):
        list(list_members(archive(tmp_path / "多.zip", {f"{n}.txt": b"" for n in range(3)})))
    monkeypatch.setattr(archives, "MAX_BYTES", 5)
    with pytest.raises(TooLarge, match="压缩包过大"):
        list(list_members(bomb))


def test_a_size_that_the_archive_lies_about_is_no_way_around_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = archive(tmp_path / "谎.zip", {"a.txt": b"x" * 5000})
    data = path.read_bytes()
    path.write_bytes(data.replace(struct.pack("<I", 5000), struct.pack("<I", 500)))
    (member,) = list_members(path)
    monkeypatch.setattr(archives, "MAX_BYTES", 1000)
    with pytest.raises(ReadError):
        read_member(path, member)


def test_archives_inside_archives_are_read_two_deep_and_no_deeper(tmp_path: Path) -> None:
    third = zipped({"三.txt": WORDS})
    path = archive(tmp_path / "一.zip", {"甲/二.zip": zipped({"二.txt": WORDS, "三.zip": third})})
    found = {str(member.path.relative_to(tmp_path)): member for member in list_members(path)}
    assert list(found) == ["一.zip/甲/二.zip/二.txt", "一.zip/甲/二.zip/三.zip"]
    assert read_member(path, found["一.zip/甲/二.zip/二.txt"]) == WORDS
    assert read_member(path, found["一.zip/甲/二.zip/三.zip"]) == third


@pytest.mark.parametrize("name", ["../../etc/甲.txt", "/etc/甲.txt", "C:\\etc\\甲.txt", "..\\甲.txt", "./甲.txt"])
def test_no_name_leads_out_of_the_archive(name: str, tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {name: WORDS})
    (member,) = list_members(path)
    assert member.path.name == "甲.txt"
    assert member.path.is_relative_to(path)
    assert ".." not in member.path.parts
    assert read_member(path, member) == WORDS
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.zip"]


def test_hidden_files_and_what_a_mac_adds_are_passed_over(tmp_path: Path) -> None:
    names = ("__MACOSX/._甲.txt", ".DS_Store", "~$甲.docx", "乙/.隐/丙.txt", "乙/", "丁.txt")
    found = list_members(archive(tmp_path / "a.zip", dict.fromkeys(names, b"")))
    assert [member.path.name for member in found] == ["丁.txt"]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_chinese_names_are_read_whatever_the_archive_says_of_them(encoding: str, tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {"X" * len("附件.txt".encode(encoding)): WORDS})
    path.write_bytes(path.read_bytes().replace(b"X" * len("附件.txt".encode(encoding)), "附件.txt".encode(encoding)))
    (member,) = list_members(path)
    assert member.path.name == "附件.txt"
    assert read_member(path, member) == WORDS
