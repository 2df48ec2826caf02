"""The micro-model's customer in plain Python, as SimPy and Mesa move it."""

from __future__ import annotations

from math import exp, floor, inf
from random import Random

from micro.terms import Terms


class Customer:
    """One customer; all share their terms and a generator."""

    def start(self, terms: Terms, luck: Random) -> None:
        """Draw who the customer is, and the date of the first occasion."""
        t = self.terms = terms
        self.luck = luck
        shape = 1.0 / t.rate_spread**2
        self.rate = luck.gammavariate(shape, t.rate_mean / shape)
        self.weight = t.weight * exp(luck.gauss(0.0, t.preference_spread))
        self.odds = self.weight / (1.0 + t.rival)
        self.log_basket = luck.gauss(t.log_basket, t.basket_between)
        self.hazard = t.hazard * luck.lognormvariate(-0.5 * t.hazard_spread**2, t.hazard_spread)
        self.satisfaction = luck.gauss(t.quality, t.satisfaction_spread)
        self.expectation = t.quality
        # The latest decision to stay: at the latest occasion, or purchase if that is later.
        share = self.odds / (1.0 + self.odds)
        self.last = -min(luck.expovariate(self.rate), luck.random() / (self.rate * share))
        self.joined = inf
        self.balance = 0
        self.purchases = 0
        self.revenue = 0.0
        self.points_redeemed = 0
        self.lost = False

    def disconfirmation(self) -> float:
        """Satisfaction against expectation."""
        gap = self.satisfaction - self.expectation
        return gap if gap >= 0.0 else self.terms.loss_weight * gap

    def meet(self, now: float) -> None:
        """Live one occasion."""
        t, random = self.terms, self.luck.random
        held = self.balance
        pull = t.satisfaction_pull * self.disconfirmation()
        if held:
            progress = min(held / t.reward_at, 1.0)
            pull += t.progress_pull * progress * exp((self.joined - now) / t.fades)
        if pull >= 0.0:
            wish = self.weight * exp(pull * (1.0 + self.odds))
        else:
            factor = exp(pull)
            wish = self.weight * factor / (1.0 + self.odds * (1.0 - factor))
        if random() * (1.0 + t.rival + wish) < wish:
            self.visit(now)
        risk = self.hazard * (now - self.last) * exp(-t.satisfaction_stays * self.disconfirmation())
        if self.balance:
            risk *= exp(-t.member_stays)
        self.last = now
        if random() < 1.0 - exp(-risk):
            self.lost = True

    def visit(self, now: float) -> None:
        """Redeem, buy, earn, and judge."""
        t, luck = self.terms, self.luck
        if self.balance >= t.reward_at and luck.random() < t.redeems:
            taken = self.balance - self.balance % t.reward_at
            self.balance -= taken
            self.points_redeemed += taken
        spent = exp(luck.gauss(self.log_basket, t.basket_within))
        if not self.purchases:
            self.joined = now
        self.purchases += 1
        self.revenue += spent
        self.balance += floor(t.per_euro * spent)
        quality = luck.gauss(t.quality, t.quality_spread)
        self.satisfaction += t.satisfaction_moves * (quality - self.satisfaction)
        self.expectation += t.expectation_moves * (quality - self.expectation)
