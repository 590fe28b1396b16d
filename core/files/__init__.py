"""The ground floor: small files written durably, hashes, locks, and the words for a failing disk."""
