"""The account's event bus: the events that moto never emits, and the rules that match them."""
