/** The same simulation as `nothing.ts`, as a task of a thread pool. */
export default ({ x, y }: { x: number; y: number }): number => x * x + y * y
