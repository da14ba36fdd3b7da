"""Tests of GP Connect records (STU3) on small synthetic resources."""
