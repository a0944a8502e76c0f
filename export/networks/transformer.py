"""A transformer layer and the KL term, as every VAE of music here uses them."""

from __future__ import annotations

from torch import Tensor, nn


class Block(nn.Module):
    """A pre-norm transformer layer (attention over positions, then a feed-forward net)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm_attention = nn.LayerNorm(width)
        self.query_key_value = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm_feed = nn.LayerNorm(width)
        self.feed = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(approximate="tanh"), nn.Linear(4 * width, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map [batch, position, channel] to the same shape."""
        batch, positions, width = x.shape
        packed = self.query_key_value(self.norm_attention(x))
        query, key, value = (
            packed.view(batch, positions, 3, self.heads, width // self.heads)
            .permute(2, 0, 3, 1, 4)
            .unbind(0)
        )
        mixed = nn.functional.scaled_dot_product_attention(query, key, value)
        x = x + self.out(mixed.transpose(1, 2).reshape(batch, positions, width))
        return x + self.feed(self.norm_feed(x))


def kl_nats(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Give each phrase's KL divergence from N(0, I): [batch, latent] to [batch], in nats."""
    return 0.5 * (mean**2 + log_variance.exp() - 1.0 - log_variance).sum(dim=1)
