"""A set-up file, and the command that takes one in."""

from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import CommandError, call_command

FILE = """\
version: 1
datum: gcj02
people:
  - {sign_in: head-one, name: 楼栋长 1号, name_en: Building head 1}
  - {sign_in: home-one, name: 居民 1号, resident: true}
  - {sign_in: system-one, name: 系统管理员 1号, administrator: system}
subdistrict:
  code: "900"
  name: 试点街道
  name_en: Pilot Sub-district
  party_body: 试点街道党工委
  number_prefix: PLT
  work_hours:
    - {spans: ["09:00-12:00", "14:00-17:30"], season: 06-01..09-30}
  night_hours: 22:00-06:00
  posts:
    - {kind: unit, name: 综合执法队, rung: enforcement, holders: [{sign_in: unit-one, name: 执法员 1号, from: 2025-01-01}]}
  communities:
    - code: "1"
      name: 试点社区
      invented: true
      addresses: [试点社区]
      outline: [[119.45, 32.21], [119.46, 32.21], [119.46, 32.22], [119.45, 32.22]]
      grids:
        - code: G1
          name: 试点一网格
          posts:
            - kind: grid_worker
              name: 网格员
              holders:
                - {sign_in: old-one, name: 网格员 1号, from: 2024-01-01, to: 2024-12-31}
                - {sign_in: new-one, name: 网格员 2号, from: 2025-01-01}
          micro_grids:
            - code: W1
              name: 试点一微网格
              buildings:
                - {from: 1, to: 3, households: 26, name: "试点里{n}幢", along: [[119.451, 32.211], [119.453, 32.211]]}
                - {from: 2, to: 6, step: 2, code: L, households: 2, name: "试点巷{n}号",
                   addresses: ["试点巷{n}号", "老试点巷{n}号"]}
                - number: 9
                  name: 试点里{n}幢
                  households: 10
                  party_body: 试点里9幢党小组
                  posts: [{kind: building_head, name: 楼栋长, holders: [head-one]}]
                  hub_households: [{code: H1, name: 中心户}]
parties:
  - {area: 1G1, name: 老街面馆（示范）, trade: 餐饮, at: [119.452, 32.212], joined: 2023-03-01,
     delegates: [{sign_in: shop-one, name: 商户 1号, from: 2025-01-01, voting: true}]}
"""


def setup(path: Path, text: str | None = None, **options: Any) -> str:
    if text is not None:
        path = path / "setup.yaml"
        path.write_text(text, encoding="utf-8")
    out, err = StringIO(), StringIO()
    try:
        call_command("setup", path, stdout=out, stderr=err, **options)
    except CommandError as error:
        error.told = err.getvalue()  # type: ignore[attr-defined]
        raise
    return out.getvalue()
