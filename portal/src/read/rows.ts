import type { Role } from "@millwright/shared/db/schema/people";
import type { DetectorName } from "@millwright/shared/domain/finding";
import type { Level, ModelCatalog, Priority } from "@millwright/shared/domain/model";
import type { TicketState } from "@millwright/shared/domain/ticket";

/** What the read layer gives to pages and API alike: plain rows, already limited to what the viewer may see. */
export type Page<T> = { items: T[]; nextCursor: string | null };
export type PageQuery = { cursor?: string | undefined; limit?: number | undefined };

export type CustomerRow = {
  id: string;
  name: string;
  createdAt: number;
  sites: number;
  assets: number;
  openTickets: number;
};
export type SiteRow = {
  id: string;
  customerId: string;
  customerName: string;
  name: string;
  timeZone: string;
  latitude: number | null;
  longitude: number | null;
};
export type ModelRow = ModelCatalog & { id: string; createdAt: number };
export type AssetRow = {
  id: string;
  serialNumber: string;
  name: string;
  modelId: string;
  modelKey: string;
  modelName: string;
  siteId: string;
  siteName: string;
  timeZone: string;
  customerId: string;
  customerName: string;
  /** The asset's own devices that are not revoked; ask ingest for their values. */
  deviceIds: string[];
  /** Most urgent priority among active alarms, null without any. */
  worstPriority: Priority | null;
  activeAlarms: number;
  openTickets: number;
  createdAt: number;
};
export type DeviceRow = {
  id: string;
  name: string;
  kind: "device" | "gateway";
  assetId: string | null;
  assetName: string | null;
  gatewayId: string | null;
  gatewayName: string | null;
  /** Of a gateway that was given one. */
  siteId: string | null;
  siteName: string | null;
  customerId: string | null;
  customerName: string | null;
  createdAt: number;
  revokedAt: number | null;
};
export type AlarmRow = {
  id: string;
  assetId: string;
  assetName: string;
  customerId: string;
  customerName: string;
  siteName: string;
  tag: string | null;
  tagName: string | null;
  type: string;
  detector: DetectorName;
  level: Level | null;
  priority: Priority;
  summary: string;
  value: number | null;
  limit: number | null;
  unit: string | null;
  onset: number;
  raisedAt: number;
  clearedAt: number | null;
  acknowledgedAt: number | null;
  acknowledgedBy: string | null;
  backfilled: boolean;
  ticketId: string | null;
  ticketNumber: number | null;
  /** Set aside by the maker's staff: until then (null = until it clears), why, by whom. Always null for a customer. */
  shelf: { until: number | null; reason: string; by: string; at: number } | null;
};
export type TicketRow = {
  id: string;
  number: number;
  assetId: string | null;
  assetName: string | null;
  serialNumber: string | null;
  siteName: string | null;
  timeZone: string | null;
  customerId: string;
  customerName: string;
  alarmType: string;
  failureMode: string | null;
  title: string;
  description: string;
  priority: Priority;
  state: TicketState;
  openedAt: number;
  updatedAt: number;
  endedAt: number | null;
  /** Name of the person who has it. */
  assignee: string | null;
  assigneeId: string | null;
  disposition: "real" | "false-alarm" | "known" | "customer-caused" | null;
  resolution: string | null;
  reopenedCount: number;
  alarms: number;
};
export type CommentRow = {
  id: string;
  kind: "public" | "internal" | "system";
  authorName: string;
  text: string;
  at: number;
};
export type UserRow = {
  id: string;
  name: string;
  email: string;
  role: Role;
  customerId: string | null;
  customerName: string | null;
  /** false: signing in was taken away from them. */
  canSignIn: boolean;
  createdAt: number;
};
export type KeyRow = {
  id: string;
  name: string;
  role: Role;
  customerId: string | null;
  customerName: string | null;
  createdAt: number;
  lastUsedAt: number | null;
  revokedAt: number | null;
};
export type CredentialRow = {
  id: string;
  kind: "token" | "secret" | "certificate";
  /** Of a secret. */
  username: string | null;
  /** SHA-256 of a pinned certificate; null: any of the CA that names the device, or not a certificate. */
  fingerprint: string | null;
  createdAt: number;
  /** A replaced one works until then. */
  endsAt: number | null;
  /** Ended before its time, by a person. */
  endedAt: number | null;
  /** null: never, or the broker does not answer; then connections is null too. */
  lastUsedAt: number | null;
  connections: number | null;
};
export type ProvisioningKeyRow = {
  id: string;
  name: string;
  provisionDeviceKey: string;
  modelId: string;
  modelName: string;
  customerId: string;
  customerName: string;
  siteId: string;
  siteName: string;
  uses: number;
  used: number;
  refused: number;
  lastRefusedAt: number | null;
  lastRefusal: string | null;
  createdAt: number;
  createdBy: string;
  expiresAt: number;
  revokedAt: number | null;
};
export type AuditRow = {
  id: number;
  at: number;
  actorId: string | null;
  actorName: string;
  /** What was done, e.g. "ticket.moved". */
  action: string;
  /** Id of what it was done to. */
  subject: string;
  customerId: string | null;
  detail: Record<string, unknown> | null;
};
export type Counts = {
  /** Of alarms that are not shelved. */
  activeAlarms: number;
  unacknowledgedAlarms: number;
  /** 0 for a customer. */
  shelvedAlarms: number;
  openTickets: number;
  assets: number;
};
