"""The rooms of /compare: what is shown, how it goes, the chart, the verdict, and what can be taken along."""
