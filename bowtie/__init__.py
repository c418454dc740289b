"""Bowtie: the customer success warehouse."""
