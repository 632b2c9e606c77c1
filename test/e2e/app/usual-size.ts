/** The window of the mocks. */
export const usualSize = { width: 1280, height: 820 }
