"""A backup made as the documentation says is for its owner's eyes only."""

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "operations" / "backup.md"
# The program itself need not be on a machine: this does with a file and a statement what it does.
SQLITE3 = f"""#!{sys.executable}
import sqlite3, sys
sqlite3.connect(sys.argv[1]).execute(sys.argv[2])
"""


def commands() -> list[str]:
    return [line.strip() for line in PAGE.read_text().splitlines() if re.match(r"    .*VACUUM INTO", line)]


def test_a_backup_made_as_documented_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    with sqlite3.connect(tmp_path / "state" / "issuer.db") as database:
        database.execute("create table debts (amount)")
    database.close()
    (tmp_path / "sqlite3").write_text(SQLITE3)
    (tmp_path / "sqlite3").chmod(0o700)
    (command,) = commands()
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    subprocess.run(["/bin/sh", "-c", f"umask 022; {command}"], cwd=tmp_path, env=environment, check=True)
    assert (tmp_path / "issuer-backup.db").stat().st_mode & 0o777 == 0o600


def test_no_page_makes_a_dump_that_others_may_read() -> None:
    for page in PAGE.parent.glob("*.md"):
        for line in page.read_text().splitlines():
            if "pg_dump" in line and "`" in line:
                assert "umask 077" in line
