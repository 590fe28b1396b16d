"""The formats as they were under contract 1, kept as the oracle of test_contract_1.py: never changed, never shipped."""
