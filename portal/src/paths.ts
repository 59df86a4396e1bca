/** Every address of the portal's pages, as functions: a link that does not exist does not compile. */

export type Query = Record<string, string | number | readonly string[] | null | undefined>;

/** `path?a=1&b=2` without the empty ones, a list as `a=1&a=2`; the plain path when nothing is left. */
export function withQuery(path: string, query: Query): string {
  const pairs = Object.entries(query).flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((one) => one !== null && one !== undefined && one !== "")
      .map((one) => [key, String(one)]),
  );
  const text = new URLSearchParams(pairs).toString();
  return text ? `${path}?${text}` : path;
}

const seg = encodeURIComponent;

export const paths = {
  home: () => "/",
  signIn: (next?: string) => withQuery("/sign-in", { next }),
  signOut: () => "/sign-out",
  theme: () => "/theme",
  looked: () => "/looked",
  fleet: (query: Query = {}) => withQuery("/fleet", query),
  fleetSparks: () => "/fleet/sparks",
  compare: (query: Query = {}) => withQuery("/compare", query),
  compareCsv: (query: Query = {}) => withQuery("/compare.csv", query),
  search: (query: Query = {}) => withQuery("/search", query),
  suggest: () => "/search/suggest",
  views: () => "/views",
  viewCounts: () => "/views/counts",
  changeView: (id: string) => `/views/${seg(id)}`,
  deleteView: (id: string) => `/views/${seg(id)}/delete`,
  asset: (id: string, query: Query = {}) => withQuery(`/assets/${seg(id)}`, query),
  /** The buckets of a chart as a file. */
  assetSeriesCsv: (id: string, query: Query = {}) => withQuery(`/assets/${seg(id)}/series.csv`, query),
  annotations: (assetId: string) => `/assets/${seg(assetId)}/annotations`,
  annotation: (id: string) => `/annotations/${seg(id)}`,
  removeAnnotation: (id: string) => `/annotations/${seg(id)}/remove`,
  restoreAnnotation: (id: string) => `/annotations/${seg(id)}/restore`,
  assetExport: (id: string, query: Query = {}) => withQuery(`/assets/${seg(id)}/export`, query),
  assetExportFile: (id: string) => `/assets/${seg(id)}/export/file`,
  newAsset: (query: Query = {}) => withQuery("/assets/new", query),
  alarms: (query: Query = {}) => withQuery("/alarms", query),
  acknowledge: (id: string) => `/alarms/${seg(id)}/acknowledge`,
  acknowledgeMany: () => "/alarms/acknowledge",
  unacknowledge: () => "/alarms/unacknowledge",
  shelve: (id: string, query: Query = {}) => withQuery(`/alarms/${seg(id)}/shelve`, query),
  unshelve: (id: string) => `/alarms/${seg(id)}/unshelve`,
  acknowledgeTicket: (id: string) => `/tickets/${seg(id)}/acknowledge`,
  tickets: (query: Query = {}) => withQuery("/tickets", query),
  newTicket: (query: Query = {}) => withQuery("/tickets/new", query),
  ticket: (id: string) => `/tickets/${seg(id)}`,
  ticketComments: (id: string) => `/tickets/${seg(id)}/comments`,
  ticketMoves: (id: string) => `/tickets/${seg(id)}/moves`,
  ticketAssignee: (id: string) => `/tickets/${seg(id)}/assignee`,
  customers: () => "/customers",
  newCustomer: () => "/customers/new",
  customer: (id: string) => `/customers/${seg(id)}`,
  newSite: (query: Query = {}) => withQuery("/sites/new", query),
  sitePlace: (id: string) => `/sites/${seg(id)}/place`,
  devices: (query: Query = {}) => withQuery("/devices", query),
  newDevice: (query: Query = {}) => withQuery("/devices/new", query),
  device: (id: string) => `/devices/${seg(id)}`,
  deviceStatus: (id: string) => `/devices/${seg(id)}/status`,
  deviceCredentials: (id: string) => `/devices/${seg(id)}/credentials`,
  endCredential: (id: string, credentialId: string) =>
    `/devices/${seg(id)}/credentials/${seg(credentialId)}/end`,
  revokeDevice: (id: string) => `/devices/${seg(id)}/revoke`,
  provisioning: () => "/provisioning",
  newProvisioning: (query: Query = {}) => withQuery("/provisioning/new", query),
  provisioningKey: (id: string) => `/provisioning/${seg(id)}`,
  revokeProvisioning: (id: string) => `/provisioning/${seg(id)}/revoke`,
  rejected: (query: Query = {}) => withQuery("/rejected-messages", query),
  models: () => "/models",
  newModel: () => "/models/new",
  model: (id: string) => `/models/${seg(id)}`,
  users: () => "/users",
  newUser: (query: Query = {}) => withQuery("/users/new", query),
  user: (id: string) => `/users/${seg(id)}`,
  userPassword: (id: string) => `/users/${seg(id)}/password`,
  userDisable: (id: string) => `/users/${seg(id)}/disable`,
  account: () => "/account",
  ownPassword: () => "/account/password",
  preferences: () => "/account/preferences",
  keys: () => "/keys",
  newKey: () => "/keys/new",
  revokeKey: (id: string) => `/keys/${seg(id)}/revoke`,
  audit: (query: Query = {}) => withQuery("/audit", query),
  /** Server-sent events of these assets. */
  live: (assetIds: readonly string[]) => withQuery("/live", { assets: assetIds.join(",") }),
  apiSeries: (assetId: string) => `/api/v1/assets/${seg(assetId)}/series`,
  static: (name: string) => `/assets-static/${name}`,
} as const;

/** A path of this portal to go to after sign-in; anything else (another host, a scheme) becomes home. */
export function safeNext(next: string | undefined): string {
  if (!next?.startsWith("/") || next.startsWith("//") || /[\\\p{Cc}]/u.test(next)) return paths.home();
  return next;
}
