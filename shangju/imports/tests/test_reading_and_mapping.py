"""Tables in their encodings, and what their headers mean."""

from pathlib import Path

import pytest

from shangju.core.errors import DomainError
from shangju.core.table_files import read_rows
from shangju.imports.mapping import mapping_for

TABLE = "工单编号,诉求内容\n1,油烟扰民\n\n2,噪音\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_reads_the_same_in_each_encoding(tmp_path: Path, encoding: str) -> None:
    """Blank lines are left out and the line numbers stay those of the file."""
    file = tmp_path / "table.csv"
    file.write_bytes(TABLE.encode(encoding))
    assert [(row.line, row.cells) for row in read_rows(file)] == [
        (1, ["工单编号", "诉求内容"]),
        (2, ["1", "油烟扰民"]),
        (4, ["2", "噪音"]),
    ]


def test_headers_choose_the_mapping() -> None:
    """Synonyms are known; headers that mean nothing are refused."""
    assert mapping_for(["工单编号", "诉求内容"]).source == "hotline12345"
    assert mapping_for(["msg_id", "body", "likes", "dislikes"]).source == "taidi2020c"
    with pytest.raises(DomainError):
        mapping_for(["a", "b"])
