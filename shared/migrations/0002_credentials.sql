CREATE TABLE `provisioning_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`key` text NOT NULL,
	`secret_hash` text NOT NULL,
	`name` text NOT NULL,
	`model_id` text NOT NULL,
	`customer_id` text NOT NULL,
	`site_id` text NOT NULL,
	`uses` integer NOT NULL,
	`used` integer DEFAULT 0 NOT NULL,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text NOT NULL,
	`revoked_at` integer,
	`refused` integer DEFAULT 0 NOT NULL,
	`last_refused_at` integer,
	`last_refusal` text,
	FOREIGN KEY (`model_id`) REFERENCES `models`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`customer_id`) REFERENCES `customers`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`site_id`) REFERENCES `sites`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `provisioning_keys_key_unique` ON `provisioning_keys` (`key`);--> statement-breakpoint
CREATE INDEX `provisioning_keys_customer` ON `provisioning_keys` (`customer_id`);--> statement-breakpoint
ALTER TABLE `device_credentials` ADD `username` text;--> statement-breakpoint
ALTER TABLE `device_credentials` ADD `ends_at` integer;--> statement-breakpoint
CREATE INDEX `device_credentials_username` ON `device_credentials` (`username`);--> statement-breakpoint
ALTER TABLE `devices` ADD `provisioned_by` text REFERENCES provisioning_keys(id);--> statement-breakpoint
CREATE INDEX `devices_provisioned_by` ON `devices` (`provisioned_by`);