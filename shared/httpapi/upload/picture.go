package upload

import (
	"slices"
	"strings"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
)

// Pictures is the folder of an account's operators' pictures. Anybody may see those, and nothing else lies there.
const Pictures = "pictures"

var pictureTypes = map[string]string{"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}

// PictureMimes are the types that a picture may have.
func PictureMimes() []string {
	var mimes []string
	for _, mime := range pictureTypes {
		mimes = append(mimes, mime)
	}
	slices.Sort(mimes)
	return mimes
}

// PictureName is what an uploaded picture is called from then on: its id, and its type as files have it.
func PictureName(a chat.Attachment) string {
	for extension, mime := range pictureTypes {
		if mime == a.Mime {
			return a.ID + "." + extension
		}
	}
	return ""
}

// Picture finds the object and the type of a picture by its name; ok is false for what is no such name.
func Picture(account, name string) (key, mime string, ok bool) {
	id, extension, _ := strings.Cut(name, ".")
	mime, ok = pictureTypes[extension]
	plain := func(s string) bool {
		return s != "" && len(s) <= 26 && !strings.ContainsFunc(s, func(r rune) bool { return (r < '0' || r > '9') && (r < 'A' || r > 'Z') })
	}
	return account + "/" + Pictures + "/" + id, mime, ok && plain(account) && plain(id)
}

// PictureLimit bounds an operator's picture, which every visitor loads.
var PictureLimit = channel.Limit{Mimes: PictureMimes(), MaxSize: 2 << 20}

// PictureOwner is whom an uploaded picture of an operator belongs to.
func PictureOwner(account chat.AccountID, operator chat.OperatorID) Owner {
	return Owner{Account: account, For: string(operator), Folder: Pictures}
}
