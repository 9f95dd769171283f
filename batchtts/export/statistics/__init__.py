"""What a dataset is made of, in numbers, pictures and sounds: `stats.json` and `report.html`."""
