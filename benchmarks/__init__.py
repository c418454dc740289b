"""What the project is measured with; nothing here is part of the product."""
