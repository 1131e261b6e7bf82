package telegram

import (
	"cmp"
	"math"
	"mime"
	"strings"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
)

// content writes what a message holds into in. An unknown kind becomes an empty placeholder.
func content(in *chat.Inbound, m wireMessage) {
	switch {
	case m.Text != "":
		in.Type, in.Text = chat.TypeText, m.Text
	case len(m.Photo) > 0:
		file(in, chat.TypeImage, largest(m.Photo), "image/jpeg", m.Caption)
	case m.Animation != nil: // before document, which repeats it
		file(in, chat.TypeVideo, *m.Animation, "video/mp4", m.Caption)
	case m.Video != nil:
		file(in, chat.TypeVideo, *m.Video, "video/mp4", m.Caption)
	case m.VideoNote != nil:
		file(in, chat.TypeVideo, *m.VideoNote, "video/mp4", "")
	case m.Voice != nil:
		file(in, chat.TypeAudio, *m.Voice, "audio/ogg", m.Caption)
	case m.Audio != nil:
		file(in, chat.TypeAudio, *m.Audio, "audio/mpeg", m.Caption)
	case m.Document != nil:
		file(in, chat.TypeDocument, *m.Document, "application/octet-stream", m.Caption)
	case m.Sticker != nil:
		sticker(in, *m.Sticker)
	case m.Venue != nil: // before location, which repeats it
		place(in, m.Venue.Location, m.Venue.Title, m.Venue.Address)
	case m.Location != nil:
		place(in, *m.Location, "", "")
	case m.Contact != nil:
		card(in, *m.Contact, m.From)
	case m.Dice != nil && m.Dice.Emoji != "":
		in.Type, in.Text = chat.TypeText, m.Dice.Emoji
	default:
		in.Type = chat.TypeUnsupported
	}
}

// largest is the size with the most pixels.
func largest(sizes []wireFile) wireFile {
	best := sizes[0]
	for _, size := range sizes[1:] {
		if size.Width*size.Height > best.Width*best.Height {
			best = size
		}
	}
	return best
}

// file is an attachment with its caption. One without an id, or above what getFile gives, can never be fetched.
func file(in *chat.Inbound, kind chat.MessageType, f wireFile, usual, caption string) {
	mimeType, _, err := mime.ParseMediaType(f.MimeType)
	if err != nil {
		mimeType = usual
	}
	attachment := chat.Attachment{
		Name: channel.FileNameOf(f.Name, string(kind), mimeType), Mime: mimeType, Size: max(f.Size, 0), Ref: f.ID, State: chat.AttachmentPending,
	}
	if f.ID == "" || f.Size > maxReceived {
		attachment.State = chat.AttachmentFailed
	}
	in.Type, in.Text, in.Attachments = kind, caption, []chat.Attachment{attachment}
}

// sticker is a picture: of one that moves, its thumbnail, because TGS is no picture and WEBM no sticker elsewhere.
func sticker(in *chat.Inbound, s wireSticker) {
	picture := s.wireFile
	if s.IsAnimated || s.IsVideo {
		if s.Thumbnail == nil {
			in.Type, in.Text = chat.TypeText, s.Emoji
			if s.Emoji == "" {
				in.Type = chat.TypeUnsupported
			}
			return
		}
		picture = *s.Thumbnail
	}
	picture.MimeType, picture.Name = "image/webp", ""
	file(in, chat.TypeSticker, picture, "image/webp", "")
}

func place(in *chat.Inbound, l wireLocation, name, address string) {
	in.Type, in.Text = chat.TypeLocation, strings.TrimSpace(name+"\n"+address)
	if l.Latitude == nil || l.Longitude == nil || !(math.Abs(*l.Latitude) <= 90) || !(math.Abs(*l.Longitude) <= 180) {
		return
	}
	in.Location = &chat.Location{Latitude: *l.Latitude, Longitude: *l.Longitude, Name: name, Address: address}
}

// card is somebody's contact data. A person who shares their own tells us their number.
func card(in *chat.Inbound, c wireContact, from wireUser) {
	name := strings.TrimSpace(c.FirstName + " " + c.LastName)
	shared := chat.Card{Name: name}
	if c.Phone != "" {
		shared.Phones = []string{c.Phone}
	}
	if c.UserID != 0 && c.UserID == from.ID {
		in.Sender.Phone = strings.TrimPrefix(c.Phone, "+")
	}
	in.Type, in.Text, in.Cards = chat.TypeContacts, cmp.Or(name, c.Phone), []chat.Card{shared}
}
