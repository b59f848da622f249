"""The parts of an ApplicationSet: parameters of its generators, and templates rendered with them."""
