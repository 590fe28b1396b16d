"""Rechecks: does a published version still predict what it predicted when it was measured?"""
