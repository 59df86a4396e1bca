import { createRoute, z } from "@hono/zod-openapi";
import { modelSchema } from "@millwright/shared/domain/model";
import { idSchema } from "../access/input.ts";
import type { PortalDeps } from "../deps.ts";
import { createAsset, newAssetSchema } from "../fleet/assets.ts";
import { createCustomer, newCustomerSchema } from "../fleet/customers.ts";
import { createModel } from "../fleet/models.ts";
import { createSite, newSiteSchema } from "../fleet/sites.ts";
import { transferAsset, transferSchema } from "../fleet/transfer.ts";
import { findAsset, listAssets } from "../read/assets.ts";
import { findCustomer, listCustomers, listSites } from "../read/customers.ts";
import { findModel, listModels } from "../read/models.ts";
import { type Api, body, json, problems, security } from "./route.ts";
import { asset, byId, created, customer, model, page, pageOf, site } from "./schemas.ts";

/** Customers, sites, product models, assets. */
export function fleetRoutes(api: Api, { db, clock }: PortalDeps): void {
  api.openapi(
    createRoute({
      method: "get",
      path: "/customers",
      summary: "Customers, by name",
      security,
      request: { query: z.strictObject(page) },
      responses: { 200: json(pageOf(customer), "One page"), ...problems },
    }),
    (c) => c.json(listCustomers(db, c.get("viewer"), c.req.valid("query")), 200),
  );
  api.openapi(
    createRoute({
      method: "get",
      path: "/customers/{id}",
      summary: "One customer",
      security,
      request: { params: byId },
      responses: { 200: json(customer, "The customer"), ...problems },
    }),
    (c) => c.json(findCustomer(db, c.get("viewer"), c.req.valid("param").id), 200),
  );
  api.openapi(
    createRoute({
      method: "post",
      path: "/customers",
      summary: "Add a customer",
      security,
      request: { body: body(newCustomerSchema) },
      responses: { 201: json(created, "Added"), ...problems },
    }),
    (c) => c.json(createCustomer(db, c.get("viewer"), c.req.valid("json"), clock()), 201),
  );
  api.openapi(
    createRoute({
      method: "get",
      path: "/sites",
      summary: "Sites, by name",
      security,
      request: { query: z.strictObject({ ...page, customerId: idSchema.optional() }) },
      responses: { 200: json(pageOf(site), "One page"), ...problems },
    }),
    (c) => c.json(listSites(db, c.get("viewer"), c.req.valid("query")), 200),
  );
  api.openapi(
    createRoute({
      method: "post",
      path: "/sites",
      summary: "Add a site of a customer",
      security,
      request: { body: body(newSiteSchema) },
      responses: { 201: json(created, "Added"), ...problems },
    }),
    (c) => c.json(createSite(db, c.get("viewer"), c.req.valid("json"), clock()), 201),
  );
  api.openapi(
    createRoute({
      method: "get",
      path: "/models",
      summary: "Product models with their tag catalogues, by name",
      security,
      request: { query: z.strictObject(page) },
      responses: { 200: json(pageOf(model), "One page"), ...problems },
    }),
    (c) => c.json(listModels(db, c.get("viewer"), c.req.valid("query")), 200),
  );
  api.openapi(
    createRoute({
      method: "get",
      path: "/models/{id}",
      summary: "One product model",
      security,
      request: { params: byId },
      responses: { 200: json(model, "The model"), ...problems },
    }),
    (c) => c.json(findModel(db, c.get("viewer"), c.req.valid("param").id), 200),
  );
  api.openapi(
    createRoute({
      method: "post",
      path: "/models",
      summary: "Add a product model with its tag catalogue",
      security,
      request: { body: body(modelSchema) },
      responses: { 201: json(created, "Added"), ...problems },
    }),
    (c) => c.json(createModel(db, c.get("viewer"), c.req.valid("json"), clock()), 201),
  );
  assetRoutes(api, { db, clock });
}

function assetRoutes(api: Api, { db, clock }: Pick<PortalDeps, "db" | "clock">): void {
  api.openapi(
    createRoute({
      method: "get",
      path: "/assets",
      summary: "Assets, by name",
      security,
      request: {
        query: z.strictObject({
          ...page,
          customerId: idSchema.optional(),
          siteId: idSchema.optional(),
          modelId: idSchema.optional(),
          q: z.string().max(200).optional(),
        }),
      },
      responses: { 200: json(pageOf(asset), "One page"), ...problems },
    }),
    (c) => c.json(listAssets(db, c.get("viewer"), c.req.valid("query")), 200),
  );
  api.openapi(
    createRoute({
      method: "get",
      path: "/assets/{id}",
      summary: "One asset",
      security,
      request: { params: byId },
      responses: { 200: json(asset, "The asset"), ...problems },
    }),
    (c) => c.json(findAsset(db, c.get("viewer"), c.req.valid("param").id), 200),
  );
  api.openapi(
    createRoute({
      method: "post",
      path: "/assets",
      summary: "Add an asset and its first owner",
      security,
      request: { body: body(newAssetSchema) },
      responses: { 201: json(created, "Added"), ...problems },
    }),
    (c) => c.json(createAsset(db, c.get("viewer"), c.req.valid("json"), clock()), 201),
  );
  api.openapi(
    createRoute({
      method: "post",
      path: "/assets/{id}/transfers",
      summary: "The asset changes hands",
      security,
      request: { params: byId, body: body(transferSchema) },
      responses: { 201: json(z.object({ ownershipId: z.string() }), "Transferred"), ...problems },
    }),
    (c) => {
      const { id } = c.req.valid("param");
      return c.json(transferAsset(db, c.get("viewer"), id, c.req.valid("json"), clock()), 201);
    },
  );
}
