"""A folder of decided deals in the native layout, and what may be added to it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

FIRST = date(2025, 1, 10)
DEALS = 14


def decision_day(number: int) -> date:
    """Deals are decided ten days apart."""
    return FIRST + timedelta(days=10 * number)


def write(folder: Path, **more: str) -> Path:
    """Fourteen deals of one customer; we, r1 and r2 compete since a month before; r1 and r2 win by turns of 2 to 1.

    ``more`` are lines after those of a file.
    """
    folder.mkdir()
    opportunities, competes, belongs = [], [], []
    for number in range(DEALS):
        closed, opened = decision_day(number), decision_day(number) - timedelta(days=30)
        winner = "r1" if number % 3 else "r2"
        opportunities += [
            f"d{number},Deal {number},open,,,{opened},",
            f"d{number},Deal {number},lost,{closed},{winner},{closed},",
        ]
        belongs.append(f"d{number},c,{opened}")
        competes += [f"{vendor},d{number},{opened},,{price} CNY," for vendor, price in (("r1", 90), ("r2", 110))]
    files = {
        "company": "id,name,kinds\nus,We,ours\nc,Customer,customer\nr1,One,rival\nr2,Two,rival\nr3,Three,rival\n",
        "person": "id,name\np,Buyer\n",
        "opportunity": "id,name,status,closed_on,winner,valid_from,recorded_at\n" + "\n".join(opportunities) + "\n",
        "for": "from,to,valid_from\n" + "\n".join(belongs) + "\n",
        "plays": "from,to,role,valid_from\n"
        + "\n".join(f"p,d{each},decider,2024-01-01" for each in range(DEALS))
        + "\n",
        "competes": "from,to,valid_from,recorded_at,price,incumbent\n" + "\n".join(competes) + "\n",
        "observation": "id,at,kind,value,source_class,recorded_at\n",
        "about": "from,to,recorded_at\n",
        "toward": "from,to,recorded_at\n",
        "concerns": "from,to,recorded_at\n",
    }
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text + more.get(name, ""), encoding="utf-8")
    return folder


def hindsight(number: int, recorded: date) -> dict[str, str]:
    """What favours r3 and r1 in one deal: all of it happened long before, and was learnt on a day."""
    deal, long_ago = f"d{number}", decision_day(number) - timedelta(days=20)
    return {
        "competes": f"r3,{deal},{long_ago},{recorded},50 CNY,true\nr1,{deal},{long_ago},{recorded},40 CNY,true\n",
        "observation": f"o,{long_ago},stance,1,observed,{recorded}\n",
        "about": f"o,p,{recorded}\n",
        "toward": f"o,r1,{recorded}\n",
        "concerns": f"o,{deal},{recorded}\n",
    }
