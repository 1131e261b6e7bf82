package upload

import (
	"strings"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
)

// The folders of an account's operators' pictures. Anybody may see what is in pictures, and nothing else lies there. What was uploaded, with
// whatever else its bytes hold, lies in pictureUploads, which nobody may read, until media has made a picture of it.
const (
	pictures       = "pictures"
	pictureUploads = "picture-uploads"
)

// pictureTypes are the types of pictures by the extensions of their names. WebP ones are older than media's.
var pictureTypes = map[string]string{"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}

// PictureName is the name of a picture of a type, made of an upload; "" for a type that pictures do not have.
func PictureName(upload, mime string) string {
	for extension, is := range pictureTypes {
		if is == mime {
			return upload + "." + extension
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
	return PictureKey(chat.AccountID(account), id), mime, ok && plain(account) && plain(id)
}

// PictureKey is the object of the picture that is made of an upload.
func PictureKey(account chat.AccountID, upload string) string {
	return string(account) + "/" + pictures + "/" + upload
}

// PictureUploadKey is the object of an uploaded picture as it came.
func PictureUploadKey(account chat.AccountID, upload string) string {
	return announced{Account: account, Folder: pictureUploads, ID: upload}.key()
}

// PictureLimit bounds what is uploaded as an operator's picture.
var PictureLimit = channel.Limit{Mimes: []string{"image/gif", "image/jpeg", "image/png", "image/webp"}, MaxSize: 2 << 20}

// PictureOwner is whom an uploaded picture of an operator belongs to.
func PictureOwner(account chat.AccountID, operator chat.OperatorID) Owner {
	return Owner{Account: account, For: string(operator), Folder: pictureUploads}
}
