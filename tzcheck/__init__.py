"""tzcheck: judge a county's schools against China's official standards, with evidence."""

__version__ = "0.1.0"
# What a result names as its form.
SCHEMA = "tzcheck/result/1"
