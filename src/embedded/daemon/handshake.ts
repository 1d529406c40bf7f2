/** What the daemon and its clients agree on. */
/**
 * Exit status of the daemon where another process serves its home already: no failure for who
 * wanted it running.
 */
export const EXIT_ALREADY_RUNNING = 75
