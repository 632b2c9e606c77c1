import type { FoundService } from '@nps-desktop/electron/contract'
import { useI18n } from 'vue-i18n'

/** How a service that was found on a lab box is told from the others. */
export interface ServiceWords {
  /** `Jupyter on 127.0.0.1:8888` */
  place(service: FoundService): string
  /** `~/project-x · conda llm`, as the box tells it; may be empty. */
  about(service: FoundService): string
  /** Whose it is: `you`, an account there, or `system`. */
  owner(service: FoundService): string
  /** Both, `~/project-x · conda llm · you`. */
  details(service: FoundService): string
  /** What is to be known before it gets a tunnel: it is somebody else's. Empty otherwise. */
  warning(service: FoundService): string
}

export function useServiceWords(): ServiceWords {
  const { t } = useI18n({ useScope: 'global' })
  const about = (service: FoundService): string =>
    service.about.map(({ what, text }) => t(`found.about.${what}`, { text })).join(' · ')
  const owner = ({ isMine, owner: name }: FoundService): string =>
    isMine ? t('found.you') : (name ?? t('found.system'))
  return {
    place: ({ name, target }) => t('found.place', { name, target }),
    about,
    owner,
    details: (service) => [about(service), owner(service)].filter((part) => part !== '').join(' · '),
    warning: ({ isMine, owner: whose, name }) =>
      isMine || whose === null ? '' : t('found.elses', { owner: whose, name }),
  }
}
