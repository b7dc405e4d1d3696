export * from './addresses.js';
export * from './connection.js';
export * from './errors.js';
export * from './events.js';
export * from './feeds.js';
export * from './proposal.js';
export * from './quote.js';
export * from './generated/index.js';
