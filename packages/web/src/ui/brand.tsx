import { Link } from 'wouter'
import { pageSettings } from '../page-settings.js'

interface BrandProps {
  readonly base: '/account' | '/console'
  /** The first page. */
  readonly href: string
}

/** Whose pages these are. */
export function Brand({ base, href }: BrandProps) {
  const { brand, prefix } = pageSettings
  return (
    <Link href={href} className="brand">
      {brand.hasLogo && <img src={`${prefix}${base}/logo`} alt="" height="32" />}
      <span>{brand.name}</span>
    </Link>
  )
}
