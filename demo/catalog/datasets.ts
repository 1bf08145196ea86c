/** What the sample catalog has to show. */
export interface Dataset {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly owner: string;
  readonly rows: string;
  readonly freshness: string;
  readonly columns: readonly (readonly [name: string, type: string, meaning: string])[];
  /** Names of the datasets it is made from. */
  readonly from: readonly string[];
}

export const datasets: readonly Dataset[] = [
  {
    name: 'orders',
    title: 'Orders',
    summary: 'Every order since 2019, one row a line item, corrected for returns.',
    owner: 'Data Engineering',
    rows: '48.2 million',
    freshness: '12 minutes ago',
    columns: [
      ['order_id', 'uuid', 'One a checkout'],
      ['customer_id', 'uuid', 'See Customers'],
      ['ordered_at', 'timestamp', 'UTC'],
      ['amount', 'decimal(12,2)', 'Without tax, in the currency of the shop'],
      ['currency', 'char(3)', 'ISO 4217'],
    ],
    from: ['shop-events', 'customers'],
  },
  {
    name: 'customers',
    title: 'Customers',
    summary: 'One row a customer, with consent flags. Personal data: ask the stewards.',
    owner: 'Stewards',
    rows: '3.1 million',
    freshness: '2 hours ago',
    columns: [
      ['customer_id', 'uuid', 'Stable over merges'],
      ['country', 'char(2)', 'ISO 3166-1'],
      ['consent_marketing', 'boolean', 'Asked for at sign-up'],
      ['first_order_at', 'timestamp', 'UTC'],
    ],
    from: ['shop-events'],
  },
  {
    name: 'revenue-daily',
    title: 'Daily revenue',
    summary: 'Revenue by day, country and product line, as finance reports it.',
    owner: 'Finance',
    rows: '214 thousand',
    freshness: 'this morning, 06:00',
    columns: [
      ['day', 'date', 'Calendar day in UTC'],
      ['country', 'char(2)', 'ISO 3166-1'],
      ['revenue', 'decimal(14,2)', 'EUR at the rate of the day'],
    ],
    from: ['orders'],
  },
  {
    name: 'shop-events',
    title: 'Shop events',
    summary: 'Raw clickstream of the web shops, kept for 400 days.',
    owner: 'Data Engineering',
    rows: '9.7 billion',
    freshness: 'seconds ago',
    columns: [
      ['event_id', 'uuid', 'Unique a page view'],
      ['kind', 'text', 'view, basket, checkout'],
      ['at', 'timestamp', 'UTC'],
    ],
    from: [],
  },
];

export function datasetNamed(name: string): Dataset | undefined {
  return datasets.find((dataset) => dataset.name === name);
}

/** Names of the datasets that are made from this one. */
export function madeFrom(name: string): readonly Dataset[] {
  return datasets.filter((dataset) => dataset.from.includes(name));
}
