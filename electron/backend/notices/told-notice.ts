import type { NoticeEvent, NoticePage } from '@nps-desktop/electron/contract'

/** Something to be told, before it is known whether it may be told now. */
export interface ToldNotice {
  /** One cause is one notification. */
  readonly cause: string
  readonly page: NoticePage
  readonly event: NoticeEvent
}
