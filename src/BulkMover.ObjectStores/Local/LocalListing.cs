using BulkMover.Core.Stores;

namespace BulkMover.ObjectStores.Local;

/// <summary>Lists the files below a directory, one directory in memory at a time.</summary>
internal static class LocalListing
{
    /// <summary>
    /// Within a directory files and directories come in ordinal order of their names. A file lists itself; what is missing lists nothing.
    /// </summary>
    public static IEnumerable<StoredObject> At(string root)
    {
        var directory = new DirectoryInfo(root);
        if (!directory.Exists)
            return File.Exists(root) ? [Describe(new FileInfo(root))] : [];
        string real = Target(directory) ?? directory.FullName;
        return Walk(directory, real, [real]);
    }

    /// <param name="directory">What is listed.</param>
    /// <param name="real">Its path without links.</param>
    /// <param name="above">Such paths of it and the directories above: a link back to one of them would never end.</param>
    private static IEnumerable<StoredObject> Walk(DirectoryInfo directory, string real, HashSet<string> above)
    {
        foreach (FileSystemInfo entry in Entries(directory))
        {
            if (entry is FileInfo file)
            {
                yield return Describe(file);
                continue;
            }

            string realEntry = Target(entry) ?? Path.Combine(real, entry.Name);
            if (!above.Add(realEntry))
                continue;
            foreach (StoredObject found in Walk((DirectoryInfo)entry, realEntry, above))
                yield return found;
            above.Remove(realEntry);
        }
    }

    private static FileSystemInfo[] Entries(DirectoryInfo directory) => LocalErrors.Wrap(directory.FullName, () =>
    {
        FileSystemInfo[] entries = directory.GetFileSystemInfos();
        Array.Sort(entries, (left, right) => string.CompareOrdinal(left.Name, right.Name));
        return entries;
    });

    /// <summary>Length and time of a file or of what a link points to; a link to nothing is a missing file.</summary>
    private static StoredObject Describe(FileInfo file) => LocalErrors.Wrap(file.FullName, () =>
    {
        FileInfo content = Target(file) is { } target ? new FileInfo(target) : file;
        return new StoredObject(new Location(Location.FileScheme, file.FullName), content.Length, new DateTimeOffset(content.LastWriteTimeUtc));
    });

    private static string? Target(FileSystemInfo entry) =>
        LocalErrors.Wrap(entry.FullName, () => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint) ? null : entry.ResolveLinkTarget(returnFinalTarget: true)?.FullName);
}
