"""Pictures: arrays and estimates in, a drawing out; no bank and no page is known here."""
