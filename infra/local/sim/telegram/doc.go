// Package telegram simulates Telegram for bots: the Bot API that businesses call, under /telegram/bot<token>/<method>, and the
// updates that it posts to their webhooks. Several bots may exist at once.
//
// It follows https://core.telegram.org/bots/api, and for error descriptions the public server tdlib/telegram-bot-api. These parts
// are missing: parse_mode and entities in requests, files by HTTP address, and getUpdates.
//
// It imports package sim and the standard library only.
package telegram
