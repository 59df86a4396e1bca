import type { ModelCatalog } from "@millwright/shared/domain/model";
import type { Api } from "./api.ts";

/** A customer with a site and one machine with one device: what most stories begin with. */
export type Machine = {
  customerId: string;
  siteId: string;
  modelId: string;
  assetId: string;
  deviceId: string;
  token: string;
};

let serial = 0;

export async function install(
  admin: Api,
  wanted: { customer: string; model: ModelCatalog; asset: string },
): Promise<Machine> {
  const customer = await admin.post<{ id: string }>("/customers", { name: wanted.customer });
  const site = await admin.post<{ id: string }>("/sites", {
    customerId: customer.id,
    name: `${wanted.customer} works`,
    timeZone: "Europe/Berlin",
  });
  const model = await admin.post<{ id: string }>("/models", wanted.model);
  return {
    ...(await addMachine(admin, {
      customerId: customer.id,
      siteId: site.id,
      modelId: model.id,
      name: wanted.asset,
    })),
  };
}

export async function addMachine(
  admin: Api,
  wanted: { customerId: string; siteId: string; modelId: string; name: string },
): Promise<Machine> {
  const { customerId, siteId, modelId, name } = wanted;
  const asset = await admin.post<{ id: string }>("/assets", {
    serialNumber: `SN-${process.pid}-${++serial}`,
    name,
    modelId,
    siteId,
    customerId,
  });
  const device = await admin.post<{ id: string; credential: { kind: "token"; token: string } }>("/devices", {
    assetId: asset.id,
  });
  return {
    customerId,
    siteId,
    modelId,
    assetId: asset.id,
    deviceId: device.id,
    token: device.credential.token,
  };
}

export type TicketAnswer = {
  id: string;
  number: number;
  assetId: string;
  customerId: string;
  alarmType: string;
  title: string;
  priority: number;
  state: string;
  openedAt: number;
  reopenedCount: number;
};

export async function ticketsOf(api: Api, assetId: string): Promise<TicketAnswer[]> {
  return (
    await api.get<{ items: TicketAnswer[] }>(`/tickets?assetId=${encodeURIComponent(assetId)}&state=all`)
  ).items;
}
