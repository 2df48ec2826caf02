"""The shop in which every scheme is tried, so that their pictures can be held side by side."""

from __future__ import annotations

SHOP = """
name: Corner shop
currency: EUR
horizon: {horizon}
market:
  people: {people}
  start: {{suspect: 25%, prospect: 15%, first_time: 5%, repeat: 35%, client: 15%, advocate: 5%}}
  segments:
    - name: customers
      share: 100%
      occasions_per_week: {{mean: 3}}
      basket: {{mean: 5}}
      buy_share: 70%
      share_of_wallet: 45%
firm:
  gross_margin: 68%
  staff: {{count: 8, pay_per_week: 500}}
alternatives:
  nothing: {{}}
"""


def shop(alternatives: str, horizon: str = "1 year", people: int = 3000) -> str:
    """The scenario in YAML: the shop as it stands, and with the schemes that are tried."""
    lines = (f"  {line}\n" for line in alternatives.strip("\n").splitlines())
    return SHOP.format(horizon=horizon, people=people) + "".join(lines)
