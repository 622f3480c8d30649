"""Work on products under guard: every error gets its place, and stays with the products it belongs to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import structlog

from syncd import correlation
from syncd.errors import ENDS_CYCLE, Held, InDoubt, RetryLater, SetAside, ShopUnavailable
from syncd.model.product import Product
from syncd.sync.facets import digest
from syncd.sync.failing import SetAsideRecords
from syncd.sync.outcome import Event, Tally
from syncd.sync.product_base import images_digest, source_texts, source_values
from syncd.sync.pulse import Pulse
from syncd.sync.writer import LeftOut

TROUBLES_IN_A_ROW = 3
"""So many products in a row without a usable answer, and the shop is taken to be unwell: the stream stops."""

log = structlog.get_logger(__name__)


class StockMoved(Held):
    """Shared stock moved between our look at it and our write: nothing was written, and the next cycle looks again."""

    code = "stock-moved"


@dataclass(slots=True)
class ProductGuard:
    """Runs the work of products and keeps account of what went wrong."""

    failing: SetAsideRecords
    tally: Tally
    pulse: Pulse = field(default_factory=Pulse)
    troubles: int = 0
    versions: dict[str, str] = field(default_factory=dict)
    """The versions that products fail in, by key, where another shop's than the source's counts."""

    async def run(
        self, products: Sequence[Product], work: Callable[[], Awaitable[None]], *, clears: bool = True
    ) -> bool:
        """Run work that belongs to these products, all of them together; answers whether it went through.

        Then their failures are cleared, unless more work follows that decides about that (`clears`). Raises what stops the
        stream, and `RetryLater` when the shop seems to be unwell.
        """
        self.pulse.beat()
        try:
            with correlation.bound(f"products/{products[0].key}"):
                await work()
        except ENDS_CYCLE:
            raise
        except StockMoved as moved:
            log.info("product.stock_moved", product=products[0].key, reason=str(moved))
            return False
        except LeftOut as left:
            log.info("product.left_out", product=products[0].key, reason=str(left))
            return False
        except SetAside as error:
            await self.failed(products, error)
            return False
        except (InDoubt, RetryLater) as error:
            await self.failed(products, error)
            self.troubles += 1
            if self.troubles < TROUBLES_IN_A_ROW:
                return False
            if isinstance(error, InDoubt):
                raise unwell(error) from error
            raise
        except Exception as error:
            log.exception("product.unexpected", product=products[0].key)
            await self.failed(products, error)
            return False
        self.troubles = 0
        if clears:
            for product in products:
                await self.failing.clear(product.key)
        return True

    async def failed(self, products: Sequence[Product], error: Exception) -> None:
        """Keep products back with the reason. Beside a doubt, whose intent tells what to look for, the failure makes the
        pauses grow when the same happens again.
        """
        doubtful = isinstance(error, InDoubt)
        for product in products:
            log.warning(
                "product.in_doubt" if doubtful else "product.set_aside",
                product=product.key,
                sku=product.code,
                reason=str(error),
            )
            self.tally.add(Event.DOUBTFUL if doubtful else Event.FAILED)
            version = self.versions.get(product.key) or version_of(product)
            await self.failing.record(product.key, error, version=version, payload=product)

    def waits(self, product: Product) -> bool:
        """Whether this very version of the product failed before and its pause is not over."""
        return product.key in self.failing and self.failing.waits(product.key, version_of(product))


def unwell(last: InDoubt) -> ShopUnavailable:
    """What stops a stream after so many writes without a usable answer: each of them may have cost a whole deadline."""
    return ShopUnavailable(f"{TROUBLES_IN_A_ROW} writes in a row got no usable answer; the last one: {last}")


def version_of(product: Product) -> str:
    """The fingerprint of a product for its failure: a new version is tried at once."""
    texts = source_texts(product.content)
    return digest([source_values(product), texts, product.code, images_digest(product)])
