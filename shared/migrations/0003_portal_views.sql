CREATE TABLE `preferences` (
	`user_id` text PRIMARY KEY NOT NULL,
	`locale` text,
	`time_zone` text,
	`density` text,
	`single_keys` integer DEFAULT true NOT NULL,
	`looked_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `saved_views` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`customer_id` text,
	`team` integer DEFAULT false NOT NULL,
	`page` text NOT NULL,
	`name` text NOT NULL,
	`query` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `user`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`customer_id`) REFERENCES `customers`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `saved_views_user` ON `saved_views` (`user_id`,`page`);--> statement-breakpoint
CREATE INDEX `saved_views_team` ON `saved_views` (`customer_id`,`page`);--> statement-breakpoint
CREATE TABLE `annotations` (
	`id` text PRIMARY KEY NOT NULL,
	`asset_id` text NOT NULL,
	`customer_id` text NOT NULL,
	`tag` text,
	`from_at` integer NOT NULL,
	`to_at` integer,
	`text` text NOT NULL,
	`internal` integer NOT NULL,
	`author_id` text NOT NULL,
	`author_name` text NOT NULL,
	`created_at` integer NOT NULL,
	`removed_at` integer,
	FOREIGN KEY (`asset_id`) REFERENCES `assets`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`customer_id`) REFERENCES `customers`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `annotations_asset` ON `annotations` (`asset_id`,`from_at`);--> statement-breakpoint
CREATE TABLE `shelvings` (
	`id` text PRIMARY KEY NOT NULL,
	`asset_id` text NOT NULL,
	`customer_id` text NOT NULL,
	`type` text NOT NULL,
	`reason` text NOT NULL,
	`at` integer NOT NULL,
	`by` text NOT NULL,
	`by_name` text NOT NULL,
	`until_at` integer,
	`ended_at` integer,
	`ended_by` text,
	FOREIGN KEY (`asset_id`) REFERENCES `assets`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`customer_id`) REFERENCES `customers`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `shelvings_open` ON `shelvings` (`asset_id`,`type`) WHERE "shelvings"."ended_at" is null;--> statement-breakpoint
CREATE INDEX `shelvings_customer` ON `shelvings` (`customer_id`,`at`);