using BulkMover.Core.Stores;

namespace BulkMover.ObjectStores.Local;

/// <summary>Lists the files below a directory, one directory in memory at a time.</summary>
internal static class LocalListing
{
    /// <summary>Within a directory files and directories come in ordinal order of their names; a missing directory lists nothing.</summary>
    public static IEnumerable<StoredObject> Below(string root)
    {
        var directory = new DirectoryInfo(root);
        if (!directory.Exists)
            return [];
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
                yield return new StoredObject(new Location(Location.FileScheme, file.FullName), LengthOf(file));
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

    /// <summary>Length of a file or of what a link points to; a link to nothing is a missing file.</summary>
    private static long LengthOf(FileInfo file) =>
        LocalErrors.Wrap(file.FullName, () => Target(file) is { } target ? new FileInfo(target).Length : file.Length);

    private static string? Target(FileSystemInfo entry) =>
        LocalErrors.Wrap(entry.FullName, () => entry.LinkTarget is null ? null : entry.ResolveLinkTarget(returnFinalTarget: true)?.FullName);
}
