# ruff: noqa: E501
"""The scenario of a coffee shop that tests change by hand, as a file."""

import pytest

from loyaltysim.scenario import ScenarioError, load
from loyaltysim.scenario.nodes import plain
from loyaltysim.scenario.reading import parse

COFFEE = """\
name: Corner coffee
currency: EUR
horizon: 3 years
replications: 20
seed: 7
market:
  people: 10000            # everyone who might ever come
  start: {suspect: 40%, prospect: 20%, first_time: 10%, repeat: 20%, client: 8%, advocate: 2%}
  segments:
    - name: commuters
      share: 60%
      occasions_per_week: {mean: 3, spread: 0.8}
      basket: {mean: 4.20, within: 0.35, between: 0.30}
      buy_share: 70%
      share_of_wallet: 45%
    - name: neighbours
      share: 40%
      occasions_per_week: {mean: 1.2, spread: 1.0}
      basket: {mean: 7.50, within: 0.5, between: 0.4}
      buy_share: 60%
      share_of_wallet: 35%
firm:
  gross_margin: 68%
  staff: {count: 6, pay_per_week: 520, quits_per_year: 60%, contact: pooled}
  service: {failure_per_visit: 2%, response_hours: 24}
  marketing: {budget_per_week: 150}
alternatives:
  nothing: {}
  points:    {programme: {points: {per_euro: 10, reward_at: 1000, reward_cost: 2.10, expires_after: 12 months}}}
  card:      {programme: {stamps: {count: 10, reward_cost: 0.90, head_start: 2}}}
  service:   {firm: {service: {failure_per_visit: 1%, response_hours: 4}, costs_per_week: 180}}
  staff:     {firm: {staff: {pay_per_week: 575, quits_per_year: 30%}}}
"""
STAMPS = "programme: {stamps: {count: 10, reward_cost: 0.90, head_start: 2}}"
DOCUMENT = plain(parse(COFFEE, "coffee.yaml"))


def written(folder, text, name="coffee.yaml"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refusal(path):
    with pytest.raises(ScenarioError) as caught:
        load(path)
    return caught.value
