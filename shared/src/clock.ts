/** Now, as epoch milliseconds UTC. Passed in, so that tests move it by hand. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();
