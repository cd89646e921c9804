import { type Beginning, defineSimFunc, Random, real, type SimulationEnvironment, simulationOptimizee } from 'twoloop'

/** The state of a market: whose orders wait at each price, and what everybody has beside what is in them. */
interface MarketState {
  readonly cash: Float64Array
  readonly tokens: Float64Array
  /** For each price, who wants one token for it, first come first. */
  readonly bids: readonly (readonly number[])[]
  /** For each price, who gives one token for it, first come first. */
  readonly asks: readonly (readonly number[])[]
}

const prices = 200
/** Orders come within so many prices of the best one of the other side. */
const reach = 20

/**
 * A market for one token: a book of limit orders for one token each, at whole prices. Who places an order parts with its
 * cash or token until it is filled or cancelled, so that both are conserved.
 */
export class Market implements SimulationEnvironment<MarketState> {
  readonly random: Random
  readonly #cash: Float64Array
  readonly #tokens: Float64Array
  readonly #bids: number[][]
  readonly #asks: number[][]

  constructor(seed: number, { snapshot }: Beginning<MarketState>) {
    if (!snapshot) throw new TypeError('a market needs a snapshot to begin from; Market.open makes the first')
    this.random = Random.of(seed, 'market')
    this.#cash = snapshot.cash
    this.#tokens = snapshot.tokens
    this.#bids = snapshot.bids.map((queue) => [...queue])
    this.#asks = snapshot.asks.map((queue) => [...queue])
  }

  /** The expensive part: traders trade until the book is as it will go on to be. */
  static open({ traders, steps }: { readonly traders: number; readonly steps: number }): MarketState {
    const empty = Array.from({ length: prices }, () => [])
    const cash = new Float64Array(traders).fill(prices * 100)
    const market = new Market(0, { snapshot: { cash, tokens: cash.map(() => 100), bids: empty, asks: empty } })
    for (let step = 0; step < steps; step++) market.trade(0.15)
    return market.toSnapshot()
  }

  toSnapshot(): MarketState {
    const [bids, asks] = [this.#bids, this.#asks].map((side) => side.map((queue) => [...queue]))
    return { cash: this.#cash.slice(), tokens: this.#tokens.slice(), bids: bids!, asks: asks! }
  }

  get bestBid(): number {
    return this.#bids.findLastIndex((queue) => queue.length > 0)
  }

  get bestAsk(): number {
    const best = this.#asks.findIndex((queue) => queue.length > 0)
    return best < 0 ? prices : best
  }

  get spread(): number {
    return this.bestAsk - this.bestBid
  }

  /** All cash and tokens, those in waiting orders among them. */
  get wealth(): { readonly cash: number; readonly tokens: number } {
    const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0)
    return {
      cash: sum(this.#cash) + sum(this.#bids.map((queue, price) => queue.length * price)),
      tokens: sum(this.#tokens) + sum(this.#asks.map((queue) => queue.length)),
    }
  }

  /**
   * One thing that somebody does who knows nothing (M. G. Daniels et al., Quantitative model of price diffusion and market
   * friction based on trading as a mechanistic random process, 2003): takes the best offer, or cancels, or places an order.
   * @returns the price, if something was traded
   */
  trade(marketOrders: number): number | undefined {
    const trader = this.random.integer(this.#cash.length)
    const isBuyer = this.random.chance(0.5)
    if (this.random.chance(marketOrders)) return isBuyer ? this.#buy(trader) : this.#sell(trader)
    if (this.random.chance(0.5)) this.#cancel(isBuyer)
    else this.#place(trader, isBuyer)
    return undefined
  }

  #buy(trader: number): number | undefined {
    const price = this.bestAsk
    if (price === prices || this.#cash[trader]! < price) return undefined
    this.#cash[trader]! -= price
    this.#tokens[trader]!++
    this.#cash[this.#asks[price]!.shift()!]! += price
    return price
  }

  #sell(trader: number): number | undefined {
    const price = this.bestBid
    if (price < 0 || this.#tokens[trader]! < 1) return undefined
    this.#tokens[trader]!--
    this.#cash[trader]! += price
    this.#tokens[this.#bids[price]!.shift()!]!++
    return price
  }

  #place(trader: number, isBuyer: boolean): void {
    const distance = 1 + this.random.integer(reach)
    const middle = prices / 2
    const other = isBuyer ? this.bestAsk : this.bestBid
    const isEmpty = isBuyer ? other === prices : other < 0
    const price = (isEmpty ? middle : other) + (isBuyer ? -distance : distance)
    if (price < 0 || price >= prices) return
    if (isBuyer && this.#cash[trader]! >= price) {
      this.#cash[trader]! -= price
      this.#bids[price]!.push(trader)
    } else if (!isBuyer && this.#tokens[trader]! >= 1) {
      this.#tokens[trader]!--
      this.#asks[price]!.push(trader)
    }
  }

  /** Each waiting order is as likely as the others to be cancelled; the fewer there are, the likelier none is. */
  #cancel(isBuyer: boolean): void {
    const side = isBuyer ? this.#bids : this.#asks
    const waiting = side.reduce((sum, queue) => sum + queue.length, 0)
    let chosen = this.random.integer(Math.max(waiting, 10 * reach))
    for (const [price, queue] of side.entries()) {
      if (chosen >= queue.length) {
        chosen -= queue.length
        continue
      }
      const [trader] = queue.splice(chosen, 1)
      if (isBuyer) this.#cash[trader!]! += price
      else this.#tokens[trader!]!++
      return
    }
  }
}

/** How wide the spread is, and how far the price wanders, if a given share of all that happens are market orders. */
export const simulate = defineSimFunc({
  module: import.meta.url,
  environment: Market,
  run(market, _seed, nSteps, { marketOrders }: { readonly marketOrders: number }) {
    const before = market.wealth
    let spread = 0
    let last: number | undefined
    let squares = 0
    for (let step = 0; step < nSteps; step++) {
      const price = market.trade(marketOrders)
      spread += market.spread
      if (price === undefined) continue
      squares += last === undefined ? 0 : (price - last) ** 2
      last = price
    }
    return { spread: spread / nSteps, volatility: Math.sqrt(squares / nSteps), before, after: market.wealth }
  },
})

/** The same for `twoloop run market.yaml`, and for any optimizer. */
export default simulationOptimizee(simulate, {
  module: import.meta.url,
  parameters: { marketOrders: real(0, 0.5) },
  nSteps: 3000,
  snapshot: () => Market.open({ traders: 100, steps: 30_000 }),
})
