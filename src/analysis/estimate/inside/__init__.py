"""Designs inside one province, unit by month: first campaigns, repeated doses, counts, roll-outs, and how often they are right."""
