package channel

import (
	"strings"
	"unicode"
)

// maxFileName bounds a name in runes: with a suffix it still fits every file system.
const maxFileName = 120

// FileName makes an untrusted file name safe to show and to save under: no path, no control or direction characters, and no
// characters that are special to a shell or a file system. It returns the fallback when nothing is left.
func FileName(given, fallback string) string {
	if i := strings.LastIndexAny(given, `/\`); i >= 0 {
		given = given[i+1:]
	}
	name := strings.Map(func(r rune) rune {
		switch {
		case r == unicode.ReplacementChar, !unicode.IsPrint(r): // control, format (direction marks, joiners) and odd spaces
			return -1
		case strings.ContainsRune(`<>:"|?*`+"`$", r):
			return '_'
		}
		return r
	}, given)
	name = strings.Trim(name, " .")
	if name == "" {
		return fallback
	}
	return shorten(name)
}

// FileNameOf is FileName for a file of a kind, such as document, and a MIME type: a file without a name is called by its kind, and one
// without an extension gets that of its type.
func FileNameOf(given, kind, mimeType string) string {
	name := FileName(given, kind)
	if strings.ContainsRune(name, '.') || extensions[mimeType] == "" {
		return name
	}
	runes := []rune(name)
	return string(runes[:min(len(runes), maxFileName-len(extensions[mimeType]))]) + extensions[mimeType]
}

// extensions are those of the types that people send. The table of package mime differs between machines.
var extensions = map[string]string{
	"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif", "image/heic": ".heic", "image/heif": ".heif",
	"image/svg+xml": ".svg", "image/tiff": ".tif", "image/bmp": ".bmp",
	"audio/ogg": ".ogg", "audio/opus": ".opus", "audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/aac": ".aac", "audio/amr": ".amr", "audio/wav": ".wav",
	"audio/flac": ".flac", "audio/webm": ".weba",
	"video/mp4": ".mp4", "video/3gpp": ".3gp", "video/quicktime": ".mov", "video/webm": ".webm", "video/x-matroska": ".mkv", "video/x-msvideo": ".avi",
	"application/pdf": ".pdf", "text/plain": ".txt", "text/csv": ".csv", "text/html": ".html", "text/calendar": ".ics", "text/vcard": ".vcf",
	"application/rtf": ".rtf", "application/json": ".json", "application/xml": ".xml", "text/xml": ".xml", "application/epub+zip": ".epub",
	"application/zip": ".zip", "application/vnd.rar": ".rar", "application/x-7z-compressed": ".7z", "application/gzip": ".gz",
	"application/msword": ".doc", "application/vnd.ms-excel": ".xls", "application/vnd.ms-powerpoint": ".ppt",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   ".docx",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         ".xlsx",
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
	"application/vnd.oasis.opendocument.text":                                   ".odt",
	"application/vnd.oasis.opendocument.spreadsheet":                            ".ods",
	"application/vnd.oasis.opendocument.presentation":                           ".odp",
	"application/vnd.android.package-archive":                                   ".apk",
}

// shorten cuts a name to maxFileName runes and keeps an extension of up to ten bytes.
func shorten(name string) string {
	runes := []rune(name)
	if len(runes) <= maxFileName {
		return name
	}
	var extension []rune
	if i := strings.LastIndexByte(name, '.'); i > 0 && len(name)-i <= 10 {
		extension = []rune(name[i:])
	}
	return string(runes[:maxFileName-len(extension)]) + string(extension)
}
