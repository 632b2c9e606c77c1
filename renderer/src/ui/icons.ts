/** Our own icons: 16 px, a line of 1.5 px. Each is one SVG path. */
export const icons = {
  home: 'M2.5 7.2 8 2.8l5.5 4.4v5.3a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1zM6.3 13.5V9.4h3.4v4.1',
  pulse: 'M1.5 8.5h3l2-5.5 3 10 2-4.5h3',
  terminal: roundRect(1.8, 2.8, 12.4, 10.4, 1.6) + 'M4.5 6l2 2-2 2M8.2 10.2h3',
  book: 'M3 3.4a1.2 1.2 0 0 1 1.2-1.2h8.6v11.6H4.2A1.2 1.2 0 0 1 3 12.6zM5.8 2.2v11.6M8.2 5.4h2.4M8.2 7.8h2.4',
  board:
    'M2 2.2v10.4a1.2 1.2 0 0 0 1.2 1.2H14M4.6 10.6c1-4.2 2-5.4 3.2-5.4 1.6 0 1.4 2.4 2.8 2.4 1 0 1.6-1.4 2.6-4',
  plug: 'M5.5 2v3.2M10.5 2v3.2M3.8 5.2h8.4v2.6a4.2 4.2 0 0 1-8.4 0zM8 12v2.2',
  window: roundRect(1.8, 2.8, 12.4, 10.4, 1.6) + 'M1.8 6h12.4M4 4.4h.01M6 4.4h.01',
  chat: 'M2.2 4a1.4 1.4 0 0 1 1.4-1.4h8.8A1.4 1.4 0 0 1 13.8 4v5.6a1.4 1.4 0 0 1-1.4 1.4H7l-3.2 2.6V11h-.2a1.4 1.4 0 0 1-1.4-1.4z',
  screen: roundRect(1.8, 2.6, 12.4, 8.6, 1.4) + 'M5.6 13.6h4.8',
  arrows: 'M2.4 5.6h10.8M10.4 2.8l2.8 2.8-2.8 2.8M13.6 10.8H2.8M5.6 8l-2.8 2.8 2.8 2.8',
  net:
    circle(8, 3.6, 1.8) +
    circle(3.6, 12, 1.8) +
    circle(12.4, 12, 1.8) +
    'M7.2 5.2 4.4 10.4M8.8 5.2l2.8 5.2M5.4 12h5.2',
  web: roundRect(1.8, 2.8, 12.4, 10.4, 1.6) + 'M1.8 6h12.4M4 4.4h.01M6 4.4h.01',
  server:
    roundRect(2, 2.5, 12, 4.5, 1.2) +
    roundRect(2, 9, 12, 4.5, 1.2) +
    'M4.6 4.75h.01M4.6 11.25h.01M8.5 4.75h3M8.5 11.25h3',
  laptop: roundRect(3, 3, 10, 7, 1.2) + 'M1.5 12.8h13',
  chip:
    roundRect(3.8, 3.8, 8.4, 8.4, 1.4) +
    'M6.2 1.8v2M9.8 1.8v2M6.2 12.2v2M9.8 12.2v2M1.8 6.2h2M1.8 9.8h2M12.2 6.2h2M12.2 9.8h2',
  copy:
    roundRect(5.4, 5.4, 8, 8, 1.4) +
    'M10.6 5.2V3.8a1.2 1.2 0 0 0-1.2-1.2H3.8a1.2 1.2 0 0 0-1.2 1.2v5.6a1.2 1.2 0 0 0 1.2 1.2h1.4',
  check: 'M3.2 8.4l3.1 3.1 6.5-7',
  open: 'M6.4 3.2H4a1.2 1.2 0 0 0-1.2 1.2v7.6A1.2 1.2 0 0 0 4 13.2h7.6a1.2 1.2 0 0 0 1.2-1.2V9.6M9.4 2.8h3.8v3.8M13 3 7.6 8.4',
  bell: 'M4 7a4 4 0 0 1 8 0c0 3.2 1.3 4.2 1.3 4.2H2.7S4 10.2 4 7zM6.7 13.4a1.4 1.4 0 0 0 2.6 0',
  import: 'M8 2.2v7.4M5 6.8l3 3 3-3M2.6 10.8v1.4A1.4 1.4 0 0 0 4 13.6h8a1.4 1.4 0 0 0 1.4-1.4v-1.4',
  upload: 'M8 9.8V2.4M5 5.2l3-3 3 3M2.6 10.8v1.4a1.4 1.4 0 0 0 1.4 1.4h8a1.4 1.4 0 0 0 1.4-1.4v-1.4',
  'arrow-up': 'M8 12.6V3.4M4.4 7 8 3.4 11.6 7',
  'arrow-down': 'M8 3.4v9.2M4.4 9 8 12.6 11.6 9',
  image: roundRect(2, 2.8, 12, 10.4, 1.4) + circle(5.6, 6.2, 1.1) + 'M2.4 11.4l3.4-3 2.4 2 2.4-2.4 3 3',
  plus: 'M8 3.2v9.6M3.2 8h9.6',
  cross: 'M4.2 4.2l7.6 7.6M11.8 4.2l-7.6 7.6',
  more: circle(3.5, 8, 0.35) + circle(8, 8, 0.35) + circle(12.5, 8, 0.35),
  gear:
    circle(8, 8, 2.1) +
    'M8 1.8v1.7M8 12.5v1.7M1.8 8h1.7M12.5 8h1.7M3.6 3.6l1.2 1.2M11.2 11.2l1.2 1.2M3.6 12.4l1.2-1.2M11.2 4.8l1.2-1.2',
  find: circle(7, 7, 4.2) + 'M10.2 10.2l3.3 3.3',
  left: 'M10 3.5 5.5 8l4.5 4.5',
  right: 'M6 3.5l4.5 4.5L6 12.5',
  down: 'M3.5 6l4.5 4.5L12.5 6',
  up: 'M8 12.6V3.4M4.4 7 8 3.4 11.6 7',
  'down-arrow': 'M8 3.4v9.2M4.4 9 8 12.6 11.6 9',
  again: 'M13.2 8a5.2 5.2 0 1 1-1.6-3.8M13.4 2v3h-3',
  play: 'M4.8 3v10l8-5z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  eye: 'M1.6 8S4 3.6 8 3.6 14.4 8 14.4 8 12 12.4 8 12.4 1.6 8 1.6 8z' + circle(8, 8, 1.9),
  'eye-off':
    'M1.6 8S4 3.6 8 3.6 14.4 8 14.4 8 12 12.4 8 12.4 1.6 8 1.6 8z' + circle(8, 8, 1.9) + 'M3 13 13 3',
  globe:
    circle(8, 8, 5.8) +
    'M2.2 8h11.6M8 2.2c2 2 2.4 4 2.4 5.8S10 11.8 8 13.8C6 11.8 5.6 9.8 5.6 8S6 4.2 8 2.2z',
  lock: roundRect(3.2, 7, 9.6, 6.6, 1.4) + 'M5.4 7V5a2.6 2.6 0 0 1 5.2 0v2',
  key: circle(5.2, 10.8, 2.6) + 'M7.1 8.9l5.9-5.9M10.8 5.2l2 2M8.9 7.1l1.4 1.4',
  edit: 'M3 13l.7-3 7-7a1.3 1.3 0 0 1 1.9 0l.4.4a1.3 1.3 0 0 1 0 1.9l-7 7z',
  trash:
    'M2.8 4.4h10.4M6.2 4.2V3a.8.8 0 0 1 .8-.8h2a.8.8 0 0 1 .8.8v1.2M4.2 4.6l.6 8a1.2 1.2 0 0 0 1.2 1.1h4a1.2 1.2 0 0 0 1.2-1.1l.6-8',
  folder:
    'M1.8 4.2A1.2 1.2 0 0 1 3 3h3l1.6 1.8H13A1.2 1.2 0 0 1 14.2 6v5.8A1.2 1.2 0 0 1 13 13H3a1.2 1.2 0 0 1-1.2-1.2z',
  file: 'M4 2.2h5.2L12.4 5.4v7.4a1 1 0 0 1-1 1H4.6a1 1 0 0 1-1-1V3.2a1 1 0 0 1 1-1zM9 2.4v3.2h3.2',
  shield: 'M8 1.8l5 1.9v3.9c0 3.2-2.1 5.5-5 6.6-2.9-1.1-5-3.4-5-6.6V3.7z',
  code: 'M5.2 4.6 1.8 8l3.4 3.4M10.8 4.6 14.2 8l-3.4 3.4M9.2 3.4 6.8 12.6',
  enter: 'M12.8 3.6v4a1.6 1.6 0 0 1-1.6 1.6H3.6M6.2 6.4 3.4 9.2 6.2 12',
} as const

export type IconName = keyof typeof icons

function roundRect(x: number, y: number, width: number, height: number, radius: number): string {
  const across = width - 2 * radius
  const along = height - 2 * radius
  const corner = (dx: number, dy: number): string => `a${radius} ${radius} 0 0 1 ${dx} ${dy}`
  return (
    `M${x + radius} ${y}h${across}${corner(radius, radius)}v${along}${corner(-radius, radius)}` +
    `h${-across}${corner(-radius, -radius)}v${-along}${corner(radius, -radius)}z`
  )
}

function circle(x: number, y: number, radius: number): string {
  return `M${x - radius} ${y}a${radius} ${radius} 0 1 1 ${2 * radius} 0a${radius} ${radius} 0 1 1 ${-2 * radius} 0z`
}
