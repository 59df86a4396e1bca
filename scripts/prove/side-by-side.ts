type Task<T> = { alone: boolean; run: () => Promise<T> };

/**
 * Runs the tasks that have to be alone first, one by one, then the others in their order, `lanes` at a time. Answers
 * at once with the outcome of each, in the order given. `run` must not reject.
 */
export function sideBySide<T>(tasks: readonly Task<T>[], lanes: number): Promise<T>[] {
  const settle: ((outcome: T) => void)[] = [];
  const outcomes = tasks.map((_, index) => new Promise<T>((resolve) => (settle[index] = resolve)));
  const indices = [...tasks.keys()];
  const oneByOne = async (queue: number[]) => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      settle[next]!(await tasks[next]!.run());
  };
  void (async () => {
    await oneByOne(indices.filter((index) => tasks[index]!.alone));
    const shared = indices.filter((index) => !tasks[index]!.alone);
    await Promise.all(Array.from({ length: lanes }, () => oneByOne(shared)));
  })();
  return outcomes;
}
