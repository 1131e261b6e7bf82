package whatsapp

import (
	"mime"
	"strings"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
)

// contentOf is what a message says. A kind without words of its own becomes a placeholder with a short text, and a kind that
// we do not know an empty one: the conversation shows that something came.
func contentOf(m wireMessage) (chat.MessageType, string, []chat.Attachment) {
	switch m.Type {
	case "text":
		return chat.TypeText, m.Text.Body, nil
	case "image":
		return mediaOf(chat.TypeImage, m.Image)
	case "audio":
		return mediaOf(chat.TypeAudio, m.Audio)
	case "video":
		return mediaOf(chat.TypeVideo, m.Video)
	case "document":
		return mediaOf(chat.TypeDocument, m.Document)
	case "sticker":
		return mediaOf(chat.TypeSticker, m.Sticker)
	case "location":
		return chat.TypeLocation, m.Location.words(), nil
	case "contacts":
		return chat.TypeContacts, namesOf(m.Contacts), nil
	case "interactive":
		return chat.TypeInteractive, m.Interactive.words(), nil
	case "button":
		return chat.TypeInteractive, m.Button.Text, nil
	}
	return chat.TypeUnsupported, "", nil
}

// mediaOf is a file with its caption. Without an id nobody can ever fetch it.
func mediaOf(kind chat.MessageType, m wireMedia) (chat.MessageType, string, []chat.Attachment) {
	media, _, err := mime.ParseMediaType(m.MimeType)
	if err != nil {
		media = "application/octet-stream"
	}
	file := chat.Attachment{
		Name:  channel.FileName(m.Filename, string(kind)+extensions[media]),
		Mime:  media,
		Ref:   string(m.ID),
		State: chat.AttachmentPending,
	}
	if m.ID == "" {
		file.State = chat.AttachmentFailed
	}
	return kind, m.Caption, []chat.Attachment{file}
}

// extensions name files that came without a name. The system's own table would differ from machine to machine.
var extensions = map[string]string{
	"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp",
	"audio/ogg": ".ogg", "audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/aac": ".aac", "audio/amr": ".amr",
	"video/mp4": ".mp4", "video/3gpp": ".3gp",
	"application/pdf": ".pdf", "text/plain": ".txt",
}

func (l wireLocation) words() string {
	place := joinWords("\n", l.Name, l.Address)
	if place == "" {
		return joinWords(", ", string(l.Latitude), string(l.Longitude))
	}
	return place
}

func namesOf(cards []wireContactCard) string {
	names := make([]string, 0, len(cards))
	for _, card := range cards {
		name := firstOf(card.Name.FormattedName, card.Name.FirstName)
		if name == "" && len(card.Phones) > 0 {
			name = card.Phones[0].Phone
		}
		names = append(names, name)
	}
	return joinWords(", ", names...)
}

func (i wireInteractive) words() string {
	return firstOf(i.ButtonReply.Title, i.ListReply.Title, i.FlowReply.Body, i.CallPermission.Response)
}

// joinWords joins what is not empty.
func joinWords(separator string, words ...string) string {
	kept := make([]string, 0, len(words))
	for _, w := range words {
		if w != "" {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, separator)
}
