/** What a figure is called, how it is written, and how it is compared with that of another pair. */
export interface Figure {
  readonly title: string
  readonly unit: string
  readonly digits: number
}

/** Everything that the bench measures, in the order of the table. */
export const figures = {
  up: { title: 'one stream, to the lab', unit: 'MB/s', digits: 0 },
  down: { title: 'one stream, from the lab', unit: 'MB/s', digits: 0 },
  streams: { title: '32 streams from the lab, together', unit: 'MB/s', digits: 0 },
  processor: { title: 'processor time of both ends, one stream', unit: 's/GB', digits: 2 },
  connections: { title: 'new connections, 16 workers', unit: '/s', digits: 0 },
  idleP50: { title: 'round trip of a byte, idle, p50', unit: 'ms', digits: 2 },
  idleP99: { title: 'round trip of a byte, idle, p99', unit: 'ms', digits: 2 },
  pacedP50: { title: 'round trip of a byte each 5 ms, p50', unit: 'ms', digits: 2 },
  pacedP99: { title: 'round trip of a byte each 5 ms, p99', unit: 'ms', digits: 2 },
  loadedP95: { title: 'round trip of a byte beside a copy, p95', unit: 'ms', digits: 1 },
  shapedRate: { title: 'shaped link: one stream from the lab', unit: 'MB/s', digits: 1 },
  shapedIdleP95: { title: 'shaped link: round trip, idle, p95', unit: 'ms', digits: 1 },
  shapedLoadedP95: { title: 'shaped link: round trip beside a copy, p95', unit: 'ms', digits: 1 },
  relayIdle: { title: 'memory when idle, relay', unit: 'MB', digits: 1 },
  relayAsked: { title: 'memory when idle after a call of its API, relay', unit: 'MB', digits: 1 },
  agentIdle: { title: 'memory when idle, agent', unit: 'MB', digits: 1 },
  relayOwn: { title: 'of it not pages of the program file, relay', unit: 'MB', digits: 1 },
  agentOwn: { title: 'of it not pages of the program file, agent', unit: 'MB', digits: 1 },
  relayOpen: { title: 'memory with 1,000 open streams, relay', unit: 'MB', digits: 1 },
  agentOpen: { title: 'memory with 1,000 open streams, agent', unit: 'MB', digits: 1 },
  relayGrown: {
    title: 'memory after 100,000 connections, relay, more than at the start',
    unit: 'MB',
    digits: 1,
  },
  agentGrown: {
    title: 'memory after 100,000 connections, agent, more than at the start',
    unit: 'MB',
    digits: 1,
  },
  descriptorsGrown: {
    title: 'descriptors after 100,000 connections, more than at the start',
    unit: '',
    digits: 0,
  },
  filesUp: { title: 'files: one of 256 MB to the lab, by the app', unit: 'MB/s', digits: 0 },
  scpUp: { title: 'the same by scp, to the lab', unit: 'MB/s', digits: 0 },
  filesDown: { title: 'files: one of 256 MB from the lab, by the app', unit: 'MB/s', digits: 0 },
  scpDown: { title: 'the same by scp, from the lab', unit: 'MB/s', digits: 0 },
  treeUp: { title: 'files: 2,000 of 4 KB to the lab, by the app', unit: '/s', digits: 0 },
  rsyncUp: { title: 'the same by rsync, to the lab', unit: '/s', digits: 0 },
  treeDown: { title: 'files: 2,000 of 4 KB from the lab, by the app', unit: '/s', digits: 0 },
  rsyncDown: { title: 'the same by rsync, from the lab', unit: '/s', digits: 0 },
  deadLink: { title: 'dead link: until a new visitor is told', unit: 's', digits: 1 },
  restart: { title: 'restart of the relay: until a byte comes back', unit: 's', digits: 2 },
  wanFirstByte: { title: '100 Mbit/s: connect to first byte, p50', unit: 'ms', digits: 0 },
  wanPage: { title: '100 Mbit/s: page of 41 objects over 6 connections', unit: 'ms', digits: 0 },
  wanLossyPage: { title: 'the same with 1 % loss', unit: 'ms', digits: 0 },
  wanSlowFirstByte: { title: '3 Mbit/s: connect to first byte, p50', unit: 'ms', digits: 0 },
  wanSlowPage: { title: '3 Mbit/s: page of 41 objects', unit: 'ms', digits: 0 },
  wanFarFirstByte: { title: '200 ms there and back: connect to first byte, p50', unit: 'ms', digits: 0 },
  wanFarPage: { title: '200 ms there and back: page of 41 objects', unit: 'ms', digits: 0 },
  wanLossyFirstByte: { title: '2 % loss: connect to first byte, p50', unit: 'ms', digits: 0 },
  wanLossierPage: { title: '2 % loss: page of 41 objects', unit: 'ms', digits: 0 },
  wanCopy: { title: '100 Mbit/s: one stream from the lab', unit: 'Mbit/s', digits: 1 },
  wanTypingP50: { title: '100 Mbit/s: key echo beside a copy, p50', unit: 'ms', digits: 0 },
  wanTypingP95: { title: '100 Mbit/s: key echo beside a copy, p95', unit: 'ms', digits: 0 },
  wanSlowTypingP50: { title: '5 Mbit/s: key echo beside a copy, p50', unit: 'ms', digits: 0 },
  wanSlowTypingP95: { title: '5 Mbit/s: key echo beside a copy, p95', unit: 'ms', digits: 0 },
  wanCrowdP50: {
    title: '3 Mbit/s, 200 ms, loss: 100 connections at once, first byte, p50',
    unit: 'ms',
    digits: 0,
  },
  wanCrowdLast: {
    title: '3 Mbit/s, 200 ms, loss: 100 connections at once, all answered',
    unit: 'ms',
    digits: 0,
  },
  wanSshPrompt: { title: '100 Mbit/s: from the start of ssh to its prompt, p50', unit: 'ms', digits: 0 },
  wanSshKey: { title: '100 Mbit/s: until its first key is echoed, p50', unit: 'ms', digits: 0 },
  wanKeptPrompt: {
    title: "100 Mbit/s: the app's terminal, session open: to the prompt of a shell that tmux keeps, p50",
    unit: 'ms',
    digits: 0,
  },
  wanKeptPromptP95: { title: 'the same, p95', unit: 'ms', digits: 0 },
  wanPlainPrompt: { title: 'to the prompt of a shell that nobody keeps, p50', unit: 'ms', digits: 0 },
  wanPlainPromptP95: { title: 'to the prompt of a shell that nobody keeps, p95', unit: 'ms', digits: 0 },
  keptPrompt: {
    title: "loopback: the app's terminal, session open: to the prompt of a shell that tmux keeps, p50",
    unit: 'ms',
    digits: 0,
  },
  keptPromptP95: { title: 'loopback: the same, p95', unit: 'ms', digits: 0 },
  plainPrompt: { title: 'loopback: to the prompt of a shell that nobody keeps, p50', unit: 'ms', digits: 0 },
  plainPromptP95: {
    title: 'loopback: to the prompt of a shell that nobody keeps, p95',
    unit: 'ms',
    digits: 0,
  },
  wanTerminalKey: { title: 'until its first key is echoed, p50', unit: 'ms', digits: 0 },
  wanFilesUp: { title: '100 Mbit/s: a file of 24 MB to the lab, by the app', unit: 'Mbit/s', digits: 1 },
  wanScpUp: { title: '100 Mbit/s: the same by scp, to the lab', unit: 'Mbit/s', digits: 1 },
  wanFilesDown: { title: '100 Mbit/s: a file of 24 MB from the lab, by the app', unit: 'Mbit/s', digits: 1 },
  wanScpDown: { title: '100 Mbit/s: the same by scp, from the lab', unit: 'Mbit/s', digits: 1 },
  wanTreeUp: { title: '100 Mbit/s: 500 files of 4 KB to the lab, by the app', unit: '/s', digits: 0 },
  wanRsyncUp: { title: '100 Mbit/s: the same by rsync, to the lab', unit: '/s', digits: 0 },
  wanTreeDown: { title: '100 Mbit/s: 500 files of 4 KB from the lab, by the app', unit: '/s', digits: 0 },
  wanRsyncDown: { title: '100 Mbit/s: the same by rsync, from the lab', unit: '/s', digits: 0 },
  wanSlowJupyter: { title: '5 Mbit/s: first load of JupyterLab, private tunnel', unit: 's', digits: 1 },
  wanJupyter: { title: '100 Mbit/s: first load of JupyterLab, private tunnel', unit: 's', digits: 1 },
  wanSlowBoard: { title: '5 Mbit/s: first load of TensorBoard, private tunnel', unit: 's', digits: 1 },
  wanBoard: { title: '100 Mbit/s: first load of TensorBoard, private tunnel', unit: 's', digits: 1 },
  directDown: { title: 'past a server of 4 Mbit/s: a copy from the lab', unit: 'Mbit/s', digits: 1 },
  directDownLeast: { title: 'the slowest of its seconds', unit: 'Mbit/s', digits: 1 },
  directUp: { title: 'past a server of 4 Mbit/s: a copy to the lab', unit: 'Mbit/s', digits: 1 },
  directUpLeast: { title: 'the slowest of its seconds', unit: 'Mbit/s', digits: 1 },
  directLossyDown: { title: 'with 1 % loss: from the lab', unit: 'Mbit/s', digits: 1 },
  directLossyDownLeast: { title: 'the slowest of its seconds', unit: 'Mbit/s', digits: 1 },
  directLossyUp: { title: 'with 1 % loss: to the lab', unit: 'Mbit/s', digits: 1 },
  directLossyUpLeast: { title: 'the slowest of its seconds', unit: 'Mbit/s', digits: 1 },
  directVisitor: { title: 'memory meanwhile, visitor, most', unit: 'MB', digits: 0 },
  directAgent: { title: 'memory meanwhile, agent, most', unit: 'MB', digits: 0 },
  wanCut: { title: "lab's line cut for 30 s: until a new visitor is answered", unit: 's', digits: 1 },
  wanSurvives: { title: "lab's line cut for 30 s: until a stream under way is", unit: 's', digits: 1 },
} as const satisfies Record<string, Figure>

export type FigureName = keyof typeof figures

/** Measured by one row in one round. Null: not within the time given; a figure left out does not apply. */
export type Measured = Partial<Record<FigureName, number | null>>

/** How long a row waits for what some pairs never do; the table says `>` this. Seconds. */
export const deadlines: Partial<Record<FigureName, number>> = {
  deadLink: 12,
  restart: 20,
  wanCut: 30,
  wanSurvives: 30,
}
